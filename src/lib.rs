//! Eyespan computes photonic and copper links, from the transmitted bits to the receiver's decision:
//! eye diagram, bit error ratio, margin, reach, and what limits it.
//!
//! A [`Link`](link::Link) is a list of stages. It comes from a link file in TOML
//! ([`config::LinkFile`]), with parts from the [`library`], or is put together in Rust. The same
//! description is run by two engines: the semi-analytic one carries noise as densities beside a
//! noise-free pattern ([`link::semi_analytic`]); the Monte-Carlo one counts errors in random streams
//! ([`link::monte_carlo`]). [`study`] asks the questions: one run, the margin, the reach.
//!
//! # First example
//!
//! ```
//! use eyespan::config::LinkFile;
//! use eyespan::library::Library;
//! use eyespan::link::monte_carlo::Watch;
//! use eyespan::study::simulate;
//!
//! let text = r#"
//!     [signal]
//!     format = "nrz"
//!     symbol_rate_gbd = 25.78125
//!     pattern = "prbs11"
//!
//!     [[stage]]
//!     laser = { model = "dfb-1310" }
//!     [[stage]]
//!     electro_absorption_modulator = { model = "eml-1310-26g", launch_oma_dbm = -1.0 }
//!     [[stage]]
//!     fiber = { name = "span", model = "itu-g652d", length_km = 10 }
//!     [[stage]]
//!     photoreceiver = { model = "pin-tia-26g" }
//!
//!     [target]
//!     pre_fec_ber = 1e-12
//! "#;
//! let link = LinkFile::parse(text, "first.toml", &[])?.resolve(&Library::built_in()?)?;
//! let result = simulate(&link, &Watch::default())?.result;
//! if let Some(ber) = result.ber.pre_fec {
//!     println!("bit error ratio {ber:.1e}, margin {:?} dB", result.margin_db);
//! }
//! # let oma_dbm = result.received.expect("an optical link").oma_dbm;
//! # assert!((-5.0..-4.0).contains(&oma_dbm), "{oma_dbm}");
//! # assert!(result.target.met);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The folder `examples` holds longer programs, `examples/links` link files.
//!
//! # Conventions
//!
//! **Units.** Everything in the library is in SI units: Hz, s, m, W, V, A, rad, and Np where a formula
//! is in nepers. Where engineers write another unit (link files, results, axes), the name says it:
//! `length_km`, `oma_dbm`, `rin_db_per_hz`. [`units`] converts.
//!
//! **Time and frequency.** The time factor is e^{+jωt}. The forward transform has e^{−jωt}, and a
//! spectrum is multiplied by a transfer function H(f) as it stands; a delay τ is exp(−jωτ), and a line
//! is exp(−γl) with γ = α + jβ in Np/m and rad/m. N samples of distance Δt have a spectrum of spacing
//! Δf = 1/(N·Δt); patterns are cyclic, so that the transform wraps where the pattern does.
//!
//! **Optical fields.** A complex envelope A(t) about the carrier in √W, so that |A|² is the power in W;
//! ω in its transfer functions counts from the carrier, and positive is the higher optical frequency.
//! One polarisation in a link, whose two principal states are told apart where they are detected
//! ([`link::light`]); amplifiers and [`fiber::polarization`] work on both. The light of a
//! multimode laser in multimode fibre has no phase to follow: there a power in W travels, and the fibre
//! filters it.
//!
//! **Voltages.** Differential. The amplitude of a driver is the peak into a matched 100 Ω load, half of
//! the open-circuit swing: the outer levels are +amplitude and −amplitude.
//!
//! In a link with a redriver in front of its modulator the drive is a voltage up to there.
//!
//! **Dispersion.** H(ω) = exp(−αL/2 − jβ2ω²L/2 − jβ3ω³L/6), α the power coefficient in 1/m. A positive
//! D in ps/(nm·km), as of standard fibre at 1550 nm, is a negative β2 = −Dλ²/(2πc). Texts that write
//! exp(−jωt) have the conjugate of this.
//!
//! **Chirp.** E = √P·exp(+j(α_H/2)·ln P): with a positive α_H the frequency is higher while the power
//! rises. α_H > 0 with D > 0 broadens pulses; opposite signs compress them at first.
//!
//! **Kerr effect.** Its phase is exp(−jγ|A|²L), with 8/9 of the total power in fibres whose birefringence
//! turns fast ([`fiber::nonlinear`]).
//!
//! **Noise densities.** Of real signals (currents in A²/Hz, voltages in V²/Hz, relative intensity noise
//! in 1/Hz) they are one-sided: the variance is the integral over positive frequencies, S·fs/2 for
//! white noise sampled at fs. Of complex envelopes (W/Hz per polarisation, as amplifiers emit)
//! they extend over both sides of the carrier: E|n|² = S·fs. A noise bandwidth is never a −3 dB
//! bandwidth.
//!
//! **Relative intensity noise** is that of the continuous wave and multiplies: the density of the power
//! is RIN·P(t)², so that the upper levels carry more of it. RIN_OMA as standards quote it relates noise
//! to the modulation and has to be converted (see the comments of the link files).
//!
//! **Modulation amplitude and extinction ratio** are the outer ones: highest less lowest level, highest
//! over lowest, of long runs of one symbol.
//!
//! **Margin** is what may still be lost in front of the receiver: in dB of optical power (10 lg) for
//! light, in dB of voltage (20 lg) for copper. The two are not the same decibels.
//!
//! **Error ratios** are of bits (`ber`) or of symbols (`ser`), and the name says which. Counted ones come
//! with their counts and a 95 % Clopper–Pearson interval; no error counted gives an upper limit.
//!
//! **Random numbers** are addressed by seed, source and sample index ([`random`]): a result does not
//! depend on the number of threads.
//!
//! # Modules
//!
//! A module uses those of its own layer and of the layers below; the physics modules do not use each
//! other. A test keeps it so.
//!
//! | layer | modules | subject |
//! |---|---|---|
//! | 0 base | [`constants`], [`units`], [`math`], [`random`] | numbers |
//! | 1 signal | [`signal`], [`mod@format`], [`network`] | grids, responses, convolution; patterns and levels; S-parameters and Touchstone files |
//! | 2 physics | [`fiber`], [`amplifier`], [`copper`], [`transmitter`], [`receiver`], [`equalizer`], [`clock`], [`fec`] | one part of a link each |
//! | 3 measure | [`measure`], [`statistics`], [`com`] | densities, openings, decisions; statistical eyes; channel operating margin |
//! | 4 link | [`link`] | the description of a link and its engines |
//! | 5 study | [`study`], [`library`], [`config`] | runs, margin, reach; parts; link files |
//! | 6 face | [`report`] and the program | pictures, command line |
//!
//! What each model leaves out stands in its own documentation under “Leaves out”.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented
    )
)]

pub mod amplifier;
pub mod capture;
pub mod clock;
pub mod com;
pub mod config;
pub mod constants;
pub mod copper;
pub mod equalizer;
pub mod fec;
pub mod fiber;
pub mod format;
pub mod library;
pub mod link;
pub mod math;
pub mod measure;
pub mod network;
pub mod random;
pub mod receiver;
pub mod report;
pub mod signal;
pub mod statistics;
pub mod study;
pub mod transmitter;
pub mod units;

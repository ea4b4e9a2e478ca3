//! Settings of a channel operating margin as parts of the library hold them, in the units of the tables.

mod effects;
mod feedback;
mod reading;
mod return_loss;

use super::range::Range;
use super::read::Count;
use super::table::table;
use crate::com::settings::LEAST_ERROR_RATIO;

/// Jitter, in UI.
const HALF: Range = Range::between(0.0, 0.5);
/// Lengths of lines, mm.
const LENGTH: Range = Range::between(0.0, 1e4);
/// Taps, relative to another.
const TAP: Range = Range::between(-1.0, 1.0);

table! {
    /// Settings of a channel operating margin. Capacitances and inductances are those of one leg,
    /// impedances of lines differential, as the standards' tables print them.
    ComTable, [], {
        /// f_b, symbols per second, GBd.
        symbol_rate_gbd: f64, Range::between(0.001, 1e4);
        /// L, number of levels.
        levels: Count, Range::between(2.0, 16.0);
        /// M, samples per symbol; 32 where absent.
        samples_per_symbol: Count, Range::between(4.0, 256.0);
        /// DER_0, detector error ratio.
        detector_error_ratio: f64, Range::between(LEAST_ERROR_RATIO, 0.5);
        /// Least channel operating margin that the clause asks for, dB.
        least_com_db: f64, Range::between(-100.0, 100.0);
        /// R_0 of one leg, Ω.
        reference_resistance_ohm: f64, Range::between(1.0, 1e4);
        /// R_d of one leg, Ω.
        termination_resistance_ohm: f64, Range::between(1.0, 1e4);
        /// C_d of each step of the ladder on the die, from the die outwards, fF.
        die_capacitance_ff: Vec<f64>, Range::between(0.0, 1e6);
        /// L_s of each step of the ladder, pH; zero where absent.
        die_inductance_ph: Vec<f64>, Range::between(0.0, 1e6);
        /// C_d of the receiver and of near-end aggressors where it is another, fF.
        receiver_die_capacitance_ff: Vec<f64>, Range::between(0.0, 1e6);
        /// L_s of the receiver and of near-end aggressors, pH; with their own C_d only, zero where absent.
        receiver_die_inductance_ph: Vec<f64>, Range::between(0.0, 1e6);
        /// C_b of the receiver and of near-end aggressors where it is another, fF.
        receiver_bump_capacitance_ff: f64, Range::between(0.0, 1e6);
        /// C_b of the bump, fF; zero where absent.
        bump_capacitance_ff: f64, Range::between(0.0, 1e6);
        /// C_p of the ball, fF.
        ball_capacitance_ff: f64, Range::between(0.0, 1e6);
        /// C_p of the transmitter's ball where it is another, fF.
        transmitter_ball_capacitance_ff: f64, Range::between(0.0, 1e6);
        /// C_p of the receiver's ball where it is another, fF.
        receiver_ball_capacitance_ff: f64, Range::between(0.0, 1e6);
        /// C_p of a near-end aggressor's ball, fF; the receiver's where absent.
        near_end_ball_capacitance_ff: f64, Range::between(0.0, 1e6);
        /// gamma_0 of the package's lines, 1/mm.
        package_gamma0_per_mm: f64, Range::between(0.0, 1.0);
        /// a_1 of the package's lines, √ns/mm.
        package_a1_sqrt_ns_per_mm: f64, Range::between(0.0, 1.0);
        /// a_2 of the package's lines, ns/mm.
        package_a2_ns_per_mm: f64, Range::between(0.0, 1.0);
        /// Delay of the package's lines, ns/mm.
        package_delay_ns_per_mm: f64, Range::between(0.0, 1.0);
        /// Z_c of each line of the package, from the die outwards, Ω.
        package_impedance_ohm: Vec<f64>, Range::between(1.0, 1e4);
        /// z_p of each line of the transmitter's package, mm.
        transmitter_package_mm: Vec<f64>, LENGTH;
        /// z_p of each line of a near-end aggressor's package, mm; the receiver's where absent, since
        /// they stand in the same box.
        near_end_package_mm: Vec<f64>, LENGTH;
        /// z_p of each line of the receiver's package, mm.
        receiver_package_mm: Vec<f64>, LENGTH;
        /// gamma_0 of the host board's line, 1/mm.
        board_gamma0_per_mm: f64, Range::between(0.0, 1.0);
        /// a_1 of the host board's line, √ns/mm.
        board_a1_sqrt_ns_per_mm: f64, Range::between(0.0, 1.0);
        /// a_2 of the host board's line, ns/mm.
        board_a2_ns_per_mm: f64, Range::between(0.0, 1.0);
        /// Delay of the host board's line, ns/mm.
        board_delay_ns_per_mm: f64, Range::between(0.0, 1.0);
        /// Z_c of the host board's line, Ω.
        board_impedance_ohm: f64, Range::between(1.0, 1e4);
        /// C_0 of the host board at the package, fF; zero where absent.
        board_package_capacitance_ff: f64, Range::between(0.0, 1e6);
        /// C_1 of the host board at the channel, fF; zero where absent.
        board_channel_capacitance_ff: f64, Range::between(0.0, 1e6);
        /// Length of the host board in front of the transmitter, mm; no board where absent.
        transmitter_board_mm: f64, LENGTH;
        /// Length of the host board in front of near-end aggressors, mm; the receiver's where absent.
        near_end_board_mm: f64, LENGTH;
        /// Length of the host board in front of the receiver, mm; no board where absent.
        receiver_board_mm: f64, LENGTH;
        /// A_v, V.
        amplitude_v: f64, Range::above(0.0, 100.0);
        /// A_fe, V.
        far_end_amplitude_v: f64, Range::between(0.0, 100.0);
        /// A_ne, V.
        near_end_amplitude_v: f64, Range::between(0.0, 100.0);
        /// R_LM.
        level_separation_mismatch_ratio: f64, Range::between(0.1, 1.0);
        /// T_r, 20 % to 80 %, of all transmitters, ps.
        transition_time_ps: f64, Range::between(0.0, 1e6);
        /// SNR_TX, dB.
        transmitter_snr_db: f64, Range::between(0.0, 200.0);
        /// A_DD, half of the distance of dual-Dirac jitter, UI.
        dual_dirac_jitter_ui: f64, HALF;
        /// σ_RJ, UI.
        random_jitter_ui: f64, HALF;
        /// η_0, one-sided, V²/GHz.
        noise_v2_per_ghz: f64, Range::between(0.0, 1.0);
        /// f_r, GHz.
        receiver_bandwidth_ghz: f64, Range::above(0.0, 1e4);
        /// f_z, GHz.
        ctle_zero_ghz: f64, Range::above(0.0, 1e5);
        /// f_p1, GHz.
        ctle_pole_1_ghz: f64, Range::above(0.0, 1e5);
        /// f_p2, GHz.
        ctle_pole_2_ghz: f64, Range::above(0.0, 1e5);
        /// f_LF, GHz; no low-frequency stage where absent.
        ctle_low_frequency_ghz: f64, Range::above(0.0, 1e4);
        /// g_DC: lowest, highest, step, dB.
        ctle_gain_db: Vec<f64>, Range::between(-60.0, 20.0);
        /// g_DC2: lowest, highest, step, dB; 0 where absent.
        ctle_low_frequency_gain_db: Vec<f64>, Range::between(-60.0, 20.0);
        /// c(-3): lowest, highest, step.
        transmit_tap_minus_3: Vec<f64>, TAP;
        /// c(-2): lowest, highest, step.
        transmit_tap_minus_2: Vec<f64>, TAP;
        /// c(-1): lowest, highest, step.
        transmit_tap_minus_1: Vec<f64>, TAP;
        /// c(1): lowest, highest, step.
        transmit_tap_plus_1: Vec<f64>, TAP;
        /// Least c(0); 0 where absent.
        transmit_tap_0_least: f64, Range::between(0.0, 1.0);
        /// Fixed feed-forward taps of the receiver; none where absent.
        feed_forward_taps: Count, Range::between(1.0, 1024.0);
        /// d_w, how many of them come before the main one.
        feed_forward_precursor_taps: Count, Range::between(0.0, 1023.0);
        /// Largest fixed tap relative to the main one.
        feed_forward_limit: f64, Range::between(0.0, 100.0);
        /// Groups of floating feed-forward taps; none where absent.
        floating_groups: Count, Range::between(1.0, 16.0);
        /// Taps of a floating group.
        floating_group_taps: Count, Range::between(1.0, 64.0);
        /// N_max, places of the whole filter.
        feed_forward_span: Count, Range::between(1.0, 1024.0);
        /// Largest floating tap relative to the main one.
        floating_limit: f64, Range::between(0.0, 100.0);
        /// b_min of each feedback tap.
        feedback_lowest: Vec<f64>, Range::between(-10.0, 10.0);
        /// b_max of each feedback tap.
        feedback_highest: Vec<f64>, Range::between(-10.0, 10.0);
        /// T_O, half width of the window of time over which the eye is judged, UI; no window where absent.
        eye_window_ui: f64, HALF;
        /// σ_r, deviation of the window's weights, UI.
        eye_window_deviation_ui: f64, Range::between(1e-4, 10.0);
        /// Largest vertical eye closure that the clause allows, dB.
        most_vertical_eye_closure_db: f64, Range::between(0.0, 100.0);
        /// Least vertical eye opening that the clause asks for, mV.
        least_vertical_eye_opening_mv: f64, Range::between(0.0, 1e4);
        /// N, symbols of the reflection for the effective return loss; none is computed where absent.
        erl_symbols: Count, Range::between(1.0, 1e5);
        /// T_r of its pulse, 20 % to 80 %, ps.
        erl_transition_time_ps: f64, Range::between(0.0, 1e6);
        /// N_bx, symbols the equaliser takes of reflections.
        erl_equalizer_symbols: Count, Range::between(0.0, 1e5);
        /// ρ_x, reflection that is permitted outside.
        erl_permitted_reflection: f64, Range::between(0.0, 1.0);
        /// β_x, loss of what is reflected again, dB/ns; 0 where absent.
        erl_loss_db_per_ns: f64, Range::between(0.0, 1000.0);
        /// T_fx, twice the delay of the test fixture, ps; 0 where absent.
        erl_fixture_delay_ps: f64, Range::between(0.0, 1e6);
        /// Least effective return loss that the clause asks for, dB.
        least_erl_db: f64, Range::between(-100.0, 100.0);
        /// N_bg, groups of floating feedback taps; none where absent.
        feedback_floating_groups: Count, Range::between(1.0, 16.0);
        /// N_bf, taps of a group of floating feedback taps.
        feedback_floating_group_taps: Count, Range::between(1.0, 64.0);
        /// N_f, symbols behind the cursor up to which floating feedback taps can stand.
        feedback_span: Count, Range::between(1.0, 1024.0);
        /// b_maxg, largest floating feedback tap.
        feedback_floating_limit: f64, Range::between(0.0, 10.0);
        /// N_ts, first symbol behind the cursor that counts for the limit of the tail.
        feedback_tail_start: Count, Range::between(1.0, 1024.0);
        /// B_rss, largest root sum square of the feedback taps from there on; no limit where absent.
        feedback_tail_limit: f64, Range::between(0.0, 10.0);
        /// N_qb; no quantiser where absent.
        quantizer_bits: f64, Range::between(1.0, 24.0);
        /// P_qc, probability of clipping.
        quantizer_clipping: f64, Range::between(1e-15, 0.5);
        /// ΔCOM_an with detection of sequences, dB; decisions symbol by symbol where absent.
        sequence_detection_penalty_db: f64, Range::between(0.0, 20.0);
    }
}

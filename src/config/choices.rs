//! Words that keys of a link file choose from.

use super::table::choice;

choice! {
    /// Modulation format.
    FormatName {
        /// Two levels (non-return-to-zero).
        Nrz = "nrz",
        /// Four levels.
        Pam4 = "pam4",
        /// Six levels.
        Pam6 = "pam6",
        /// Eight levels.
        Pam8 = "pam8",
    }
}

choice! {
    /// Class of bend-insensitive fibre of ITU-T G.657.
    BendClassName {
        /// G.657.A1, for radii of 10 mm and more.
        A1 = "a1",
        /// G.657.A2, for radii of 7.5 mm and more.
        A2 = "a2",
        /// G.657.B3, for radii of 5 mm and more.
        B3 = "b3",
    }
}

choice! {
    /// Shape of a filter.
    FilterKind {
        /// Fourth-order Bessel–Thomson: flat group delay.
        BesselThomson4 = "bessel-thomson-4",
        /// Fourth-order Butterworth: flat magnitude.
        Butterworth4 = "butterworth-4",
        /// Gaussian, without delay.
        Gaussian = "gaussian",
        /// One pole: a resistor and a capacitor.
        SinglePole = "single-pole",
    }
}

choice! {
    /// Which ports of a four-port are the two ends of a line.
    PortOrderName {
        /// 1 to 2 and 3 to 4: the pairs are (1, 3) and (2, 4).
        Adjacent = "adjacent",
        /// 1 to 3 and 2 to 4: the pairs are (1, 2) and (3, 4).
        Halves = "halves",
        /// 1 to 4 and 2 to 3: the pairs are (1, 2) and (4, 3).
        Around = "around",
    }
}

choice! {
    /// Decision thresholds between levels.
    ThresholdName {
        /// Those with the fewest errors.
        Optimum = "optimum",
        /// Half way between the mean levels.
        Midway = "midway",
    }
}

choice! {
    /// How an equaliser finds its taps.
    AdaptationName {
        /// Solved for the least mean-square error against the actual noise.
        MinimumMeanSquareError = "minimum-mean-square-error",
        /// Adapted on known symbols by the normalised least-mean-squares rule.
        LeastMeanSquares = "least-mean-squares",
    }
}

choice! {
    /// Kind of error-correcting code.
    CodeName {
        /// No error correction.
        None = "none",
        /// Reed–Solomon block code.
        ReedSolomon = "reed-solomon",
    }
}

choice! {
    /// Which engine computes the link.
    MethodName {
        /// A noise-free pattern with noise carried as densities.
        SemiAnalytic = "semi-analytic",
        /// Counted errors.
        MonteCarlo = "monte-carlo",
        /// Densities from the pulse response; of electrical links that are linear.
        Statistical = "statistical",
    }
}

choice! {
    /// What the phases of the paths of reflections do.
    ReflectionPhaseName {
        /// They drift: an error ratio is the mean over that.
        Drifting = "drifting",
        /// They stand in quadrature to the signal: only the phase noise of the laser beats.
        Quadrature = "quadrature",
    }
}

choice! {
    /// What a decision feedback equaliser feeds back.
    FeedbackName {
        /// Its own decisions, so that an error can cause more.
        Decisions = "decisions",
        /// The symbols that were sent: errors do not propagate.
        Sent = "sent",
    }
}

choice! {
    /// What a noise figure counts.
    NoiseFigureName {
        /// Signal–spontaneous beat noise and shot noise: both polarisations together emit (FG − 1)hν.
        WithShotNoise = "with-shot-noise",
        /// Beat noise only, as planning tools count: FGhν.
        BeatNoiseOnly = "beat-noise-only",
    }
}

choice! {
    /// Kind of optical amplifier.
    AmplifierKindName {
        /// Erbium-doped fibre.
        Erbium = "erbium",
        /// Semiconductor; its gain follows the pattern where a carrier lifetime is given.
        Semiconductor = "semiconductor",
    }
}

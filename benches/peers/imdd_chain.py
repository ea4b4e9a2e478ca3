"""A 400GBASE-DR4-like lane in NumPy and SciPy, written for speed: the yardstick of a Monte Carlo run.

53.125 GBd PAM4 through an electro-absorption modulated laser, 0.5 km of fibre, a photodiode and a
five-tap equaliser, with the bit errors counted.  README.md in this folder says what is compared
and how.  Prints JSON.

    symbols     random dibits from NumPy's generator, or PRBS31 formed beforehand
    driver      rectangular pulses through a fourth-order Bessel–Thomson filter at 0.55 baud
    modulator   power linear in the drive, extinction ratio 4.5 dB, transient chirp α = 0.5:
                E = √P·exp(+j(α/2)·ln P)
    laser noise multiplies the power, one-sided density RIN
    fibre       0.5 km at 1317.5 nm, λ0 = 1300 nm, S0 = 0.092 ps/(nm²·km), β2 and β3, by FFT pair
    photodiode  3 dB of loss, |E|², shot and thermal noise on every sample
    receiver    fourth-order Bessel–Thomson at 0.5 baud, by a pair of real FFTs
    decision    one sample a symbol, five taps and a constant by least squares on a training
                stretch, three fixed thresholds, Gray

Blocks are cyclic: each is its own period, so nothing is spent on overlap and no symbol is thrown
away.  Several blocks are transformed in one call, because SciPy's FFT then works on as many rows
at once as fit a vector register.
"""

import argparse
import json
import time

import numpy as np
import scipy
import scipy.fft

SPEED_OF_LIGHT = 299_792_458.0
ELEMENTARY_CHARGE = 1.602_176_634e-19

SYMBOL_RATE = 53.125e9
EXTINCTION_DB = 4.5
CHIRP = 0.5
DRIVER_OVER_BAUD = 0.55
RECEIVER_OVER_BAUD = 0.5
RESPONSIVITY = 0.8
RIN_DB_PER_HZ = -136.0
THERMAL_DENSITY = 15e-12  # A/√Hz
LOSS_DB = 3.0
LENGTH = 500.0
WAVELENGTH, ZERO_DISPERSION = 1317.5e-9, 1300e-9
SLOPE = 0.092e3  # s/m³
MEMORY = 6  # symbols that the driver's response is cut to
TAPS = 5

GRAY_OF_LEVEL = np.array([0b00, 0b01, 0b11, 0b10], np.uint8)
LEVEL_OF_DIBIT = np.array([0, 1, 3, 2], np.uint8)
ONES_IN = np.array([0, 1, 1, 2], np.uint8)


def bessel_thomson(frequency, edge):
    y = 2.114j * frequency / edge
    return 105 / (105 + 105 * y + 45 * y**2 + 10 * y**3 + y**4)


def fibre_response(frequency):
    """exp(−jβ2ω²L/2 − jβ3ω³L/6) from λ0 and S0."""
    ratio = (ZERO_DISPERSION / WAVELENGTH) ** 4
    dispersion = SLOPE * WAVELENGTH / 4 * (1 - ratio)
    slope = SLOPE / 4 * (1 + 3 * ratio)
    scale = WAVELENGTH**2 / (2 * np.pi * SPEED_OF_LIGHT)
    beta2 = -dispersion * scale
    beta3 = scale**2 * (slope + 2 * dispersion / WAVELENGTH)
    omega = 2 * np.pi * frequency
    return np.exp(-1j * LENGTH * (beta2 * omega**2 / 2 + beta3 * omega**3 / 6))


def driver_taps(samples):
    """(MEMORY, samples): row k is what a symbol adds k periods later; each column sums to one."""
    periods, fine = 64, 64
    frequency = np.fft.rfftfreq(periods * fine, 1 / fine)  # in baud
    rectangle = np.zeros(periods * fine)
    rectangle[:fine] = 1.0
    filtered = np.fft.rfft(rectangle) * bessel_thomson(frequency, DRIVER_OVER_BAUD)
    pulse = np.fft.irfft(filtered, periods * fine)
    taps = pulse[: MEMORY * fine].reshape(MEMORY, fine)[:, :: fine // samples]
    return taps / taps.sum(0)


def prbs31_dibits(count):
    """Dibits of x³¹ + x²⁸ + 1.

    Squaring the polynomial doubles its exponents, so b[n] = b[n−31·2^k] ⊕ b[n−28·2^k] holds as
    well, and the stretch that can be filled at once doubles with the sequence.  The register
    starts from a mixed state: from all ones the first million bits hold 0.5 % too many zeros.
    """
    bits = np.empty(max(2 * count, 31), np.uint8)
    bits[:31] = np.random.default_rng(31).integers(0, 2, 31)
    filled, step = 31, 1
    while filled < bits.size:
        while 62 * step <= filled:
            step *= 2
        stop = min(filled + 28 * step, bits.size)
        near = bits[filled - 28 * step : stop - 28 * step]
        bits[filled:stop] = near ^ bits[filled - 31 * step : stop - 31 * step]
        filled = stop
    return (bits[0 : 2 * count : 2] << 1) | bits[1 : 2 * count : 2]


class Chain:
    """The link with its arrays, for `batch` blocks at a time."""

    def __init__(self, options):
        self.options = options
        self.samples = options.samples_per_symbol
        self.length = options.block_samples
        self.symbols = self.length // self.samples
        self.real = np.dtype(options.precision.replace("f", "float"))
        self.complex = np.result_type(self.real, np.complex64)
        self.generator = np.random.Generator(np.random.SFC64(options.seed))
        self.rate = SYMBOL_RATE * self.samples
        self.prepare_responses()
        self.prepare_transmitter()
        self.prepare_arrays()
        self.prbs = None
        if options.pattern == "prbs31":
            batch = options.batch * self.symbols
            self.prbs = prbs31_dibits(options.symbols + options.training + 8 * batch)
            self.position = 0
        self.phase, self.shift, self.weights = None, None, None

    def prepare_responses(self):
        frequency = np.fft.fftfreq(self.length, 1 / self.rate)
        loss = 10 ** (-LOSS_DB / 20)
        self.fibre = (loss * fibre_response(frequency)).astype(self.complex)
        frequency = np.fft.rfftfreq(self.length, 1 / self.rate)
        edge = RECEIVER_OVER_BAUD * SYMBOL_RATE
        self.receiver = bessel_thomson(frequency, edge).astype(self.complex)

    def prepare_transmitter(self):
        """Driver taps scaled to the power of the levels, so that a sum over symbols is a power.

        Powers are in mW inside the chain, currents in mA, which keeps single precision at ease.
        """
        ratio = 10 ** (EXTINCTION_DB / 10)
        mean = 10 ** (self.options.launch_dbm / 10)
        lowest, highest = 2 * mean / (1 + ratio), 2 * mean * ratio / (1 + ratio)
        self.levels = np.linspace(lowest, highest, 4).astype(self.real)
        self.taps = driver_taps(self.samples)[::-1].astype(self.real)
        if self.options.transmitter == "table":
            entries = np.arange(4**MEMORY)
            digits = entries[:, None] // 4 ** np.arange(MEMORY)[::-1] % 4
            power = self.levels[digits] @ self.taps
            phase = 0.5 * CHIRP * np.log(power)
            self.table = (np.sqrt(power) * np.exp(1j * phase)).astype(self.complex)

    def prepare_arrays(self):
        rows, symbols = self.options.batch, self.symbols
        wave = (rows, self.length)
        self.padded = np.empty((rows, symbols + MEMORY - 1), self.real)
        self.index = np.empty((rows, symbols), np.int64)
        self.power = np.empty(wave, self.real)
        self.scratch = np.empty(wave, self.real)
        self.normal = np.empty(wave, self.real)
        self.denominator = np.empty(wave, self.real)
        self.uniform = np.empty((2, rows * self.length // 2), self.real)
        self.field = np.empty(wave, self.complex)
        self.received = np.empty((rows, symbols + TAPS - 1), self.real)
        self.equalized = np.empty((rows, symbols), self.real)
        self.product = np.empty((rows, symbols), self.real)
        window = np.lib.stride_tricks.sliding_window_view
        self.neighbours = window(self.padded, MEMORY, axis=1)

    def draw(self):
        """Levels 0 to 3 of one batch."""
        shape = (self.options.batch, self.symbols)
        if self.prbs is None:
            # Four equiprobable dibits need no rejection, and Gray only renames them.
            return self.generator.integers(0, 4, shape, np.uint8)
        count = shape[0] * shape[1]
        if self.position + count > self.prbs.size:
            self.position = 0
        dibits = self.prbs[self.position : self.position + count]
        self.position += count
        return LEVEL_OF_DIBIT[dibits].reshape(shape)

    def transmit(self, levels):
        """Fills `field` with √mW."""
        if self.options.transmitter == "table":
            self.look_up(levels)
        else:
            self.compute(levels)

    def compute(self, levels):
        np.take(self.levels, levels, out=self.padded[:, MEMORY - 1 :])
        self.padded[:, : MEMORY - 1] = self.padded[:, -(MEMORY - 1) :]
        shape = (self.options.batch, self.symbols, self.samples)
        np.matmul(self.neighbours, self.taps, out=self.power.reshape(shape))
        np.log(self.power, out=self.scratch)
        np.multiply(self.scratch, self.real.type(0.25 * CHIRP), out=self.scratch)
        if self.options.noises == 3:
            self.add_intensity_noise()
        np.sqrt(self.power, out=self.power)
        self.rotate(self.scratch, self.power, self.field.real, self.field.imag)

    def rotate(self, half_angle, radius, cosine, sine):
        """radius·cos and radius·sin of twice `half_angle`, which is destroyed with `radius`.

        By t = tan: cos = (1−t²)/(1+t²), sin = 2t/(1+t²).  In double precision NumPy has a tangent
        vectorised for AVX-512 but neither sine nor cosine, so this costs far less than the pair.
        """
        denominator = self.denominator.reshape(-1)[: half_angle.size].reshape(half_angle.shape)
        np.tan(half_angle, out=half_angle)
        np.multiply(half_angle, half_angle, out=denominator)
        np.add(denominator, 1, out=denominator)
        np.divide(radius, denominator, out=radius)
        np.subtract(2, denominator, out=denominator)
        np.multiply(denominator, radius, out=cosine)
        np.add(half_angle, half_angle, out=half_angle)
        np.multiply(half_angle, radius, out=sine)

    def fill_normal(self):
        """Standard normal draws into `normal`, one for every sample of the batch."""
        if self.options.normal == "ziggurat":
            self.generator.standard_normal(out=self.normal, dtype=self.real)
            return
        angle, radius = self.uniform
        self.generator.random(out=angle, dtype=self.real)
        self.generator.random(out=radius, dtype=self.real)
        np.subtract(1, radius, out=radius)
        np.log(radius, out=radius)
        np.multiply(radius, -2, out=radius)
        np.sqrt(radius, out=radius)
        np.subtract(angle, self.real.type(0.5), out=angle)
        np.multiply(angle, self.real.type(np.pi), out=angle)
        halves = self.normal.reshape(2, -1)
        self.rotate(angle, radius, halves[0], halves[1])

    def look_up(self, levels):
        """The field follows from the last MEMORY symbols, of which there are 4^MEMORY."""
        index = self.index
        index[:] = levels
        for delay in range(1, MEMORY):
            weight = 4**delay
            index[:, delay:] += weight * levels[:, :-delay].astype(np.int64)
            index[:, :delay] += weight * levels[:, -delay:].astype(np.int64)
        shape = (self.options.batch, self.symbols, self.samples)
        # Clipping only spares NumPy a copy; no index is out of range.
        np.take(self.table, index, axis=0, out=self.field.reshape(shape), mode="clip")
        if self.options.noises == 3:
            self.power.fill(1)
            self.add_intensity_noise()
            np.sqrt(self.power, out=self.power)
            np.multiply(self.field, self.power, out=self.field)

    def add_intensity_noise(self):
        """P ← P(1 + n), n of variance RIN·f_s/2."""
        deviation = np.sqrt(10 ** (RIN_DB_PER_HZ / 10) * self.rate / 2)
        self.fill_normal()
        np.multiply(self.normal, self.real.type(deviation), out=self.normal)
        np.add(self.normal, self.real.type(1), out=self.normal)
        np.multiply(self.power, self.normal, out=self.power)

    def propagate(self):
        """The fibre.  `field` is transformed in place, which spares the pages of a new array."""
        spectrum = scipy.fft.fft(self.field, overwrite_x=True, workers=1)
        np.multiply(spectrum, self.fibre, out=spectrum)
        return scipy.fft.ifft(spectrum, overwrite_x=True, workers=1)

    def detect(self, field):
        """Photocurrent in mA with its noise, filtered."""
        np.square(field.real, out=self.power)
        np.square(field.imag, out=self.scratch)
        np.add(self.power, self.scratch, out=self.power)
        np.multiply(self.power, self.real.type(RESPONSIVITY), out=self.power)
        if self.options.noises == 3:
            # 2eI·f_s/2, the current in mA on both sides.
            scale = self.real.type(ELEMENTARY_CHARGE * 1e3 * self.rate)
            np.multiply(self.power, scale, out=self.scratch)
            np.sqrt(self.scratch, out=self.scratch)
            self.fill_normal()
            np.multiply(self.normal, self.scratch, out=self.normal)
            np.add(self.power, self.normal, out=self.power)
        deviation = THERMAL_DENSITY * 1e3 * np.sqrt(self.rate / 2)
        self.fill_normal()
        np.multiply(self.normal, self.real.type(deviation), out=self.normal)
        np.add(self.power, self.normal, out=self.power)
        spectrum = scipy.fft.rfft(self.power, workers=1)
        np.multiply(spectrum, self.receiver, out=spectrum)
        return scipy.fft.irfft(spectrum, self.length, overwrite_x=True, workers=1)

    def train(self):
        """Phase, delay and taps by least squares, on as many batches as the training asks for."""
        count = -(-self.options.training // (self.options.batch * self.symbols))
        sent, waves = [], []
        for _ in range(count):
            levels = self.draw()
            self.transmit(levels)
            waves.append(self.detect(self.propagate()))
            sent.append(levels)
        sent, waves = np.concatenate(sent), np.concatenate(waves)
        target = 2.0 * sent.ravel() - 3.0
        best = np.inf
        centre = TAPS // 2
        for delay in range(2 * self.samples, 5 * self.samples):
            decimated = np.roll(waves, -delay, axis=1)[:, :: self.samples].astype(float)
            columns = [np.roll(decimated, centre - k, axis=1).ravel() for k in range(TAPS)]
            matrix = np.stack([*columns, np.ones(target.size)], axis=1)
            weights = np.linalg.lstsq(matrix, target, rcond=None)[0]
            error = np.mean((matrix @ weights - target) ** 2)
            if error < best:
                best, self.weights = error, weights.astype(self.real)
                self.phase, self.shift = delay % self.samples, delay // self.samples

    def decide(self, wave, levels):
        """Bit errors of a batch."""
        symbols, centre = self.symbols, TAPS // 2
        # Cyclic: the received samples stand `shift` symbols late, less the taps before the centre.
        decimated = wave[:, self.phase :: self.samples]
        start = self.shift - centre
        head = symbols - start
        self.received[:, :head] = decimated[:, start:]
        self.received[:, head:] = decimated[:, : start + TAPS - 1]
        np.multiply(self.received[:, :symbols], self.weights[0], out=self.equalized)
        for k in range(1, TAPS):
            np.multiply(self.received[:, k : k + symbols], self.weights[k], out=self.product)
            np.add(self.equalized, self.product, out=self.equalized)
        offset = self.weights[TAPS]
        decided = (self.equalized > -2 - offset).view(np.uint8)
        decided = decided + (self.equalized > -offset).view(np.uint8)
        decided += (self.equalized > 2 - offset).view(np.uint8)
        wrong = decided != levels
        if not wrong.any():
            return 0
        difference = GRAY_OF_LEVEL[decided[wrong]] ^ GRAY_OF_LEVEL[levels[wrong]]
        return int(ONES_IN[difference].sum())

    def run(self):
        """(symbols, bit errors) of one batch."""
        levels = self.draw()
        self.transmit(levels)
        wave = self.detect(self.propagate())
        return levels.size, self.decide(wave, levels)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--symbols", type=int, default=2_000_000, help="symbols to time")
    add("--samples-per-symbol", type=int, choices=(8, 16), default=8)
    add("--block-samples", type=int, default=1 << 14, help="samples of one cyclic block")
    add("--batch", type=int, default=4, help="blocks to a call")
    add("--precision", choices=("f64", "f32"), default="f64")
    add("--noises", type=int, choices=(1, 3), default=3, help="thermal alone, or RIN and shot too")
    add("--pattern", choices=("random", "prbs31"), default="random")
    add("--transmitter", choices=("computed", "table"), default="computed",
        help="evaluate the modulator on every sample, or look its field up by the last six symbols")
    add("--normal", choices=("ziggurat", "box-muller"), default="ziggurat",
        help="NumPy's own normal draws, or Box-Muller written with array operations")
    add("--training", type=int, default=20_000, help="symbols for the equaliser")
    add("--launch-dbm", type=float, default=-6.0, help="mean power into the fibre")
    add("--rounds", type=int, default=5, help="the median of so many timings is reported")
    add("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.block_samples % options.samples_per_symbol or options.block_samples < 1024:
        parser.error("--block-samples must be a multiple of the samples per symbol and 1024 or more")
    if options.batch * options.block_samples % 2:
        parser.error("--batch times --block-samples must be even")
    if min(options.symbols, options.batch, options.rounds, options.training) < 1:
        parser.error("--symbols, --batch, --rounds and --training must be positive")
    return options


def main():
    options = parse()
    chain = Chain(options)
    chain.train()
    chain.run()
    per_round = max(1, options.symbols // options.rounds)
    symbols, errors, speeds = 0, 0, []
    for _ in range(options.rounds):
        done, started = 0, time.thread_time()
        while done < per_round:
            count, wrong = chain.run()
            done += count
            errors += wrong
        speeds.append(done / (time.thread_time() - started))
        symbols += done
    print(json.dumps({
        "symbols_per_second_of_thread_time": float(np.median(speeds)),
        "slowest_round": min(speeds),
        "fastest_round": max(speeds),
        "bit_error_ratio": errors / (2 * symbols),
        "bit_errors": errors,
        "symbols": symbols,
        "block_samples": options.block_samples,
        "block_symbols": chain.symbols,
        "batch": options.batch,
        "samples_per_symbol": options.samples_per_symbol,
        "precision": options.precision,
        "noises": options.noises,
        "pattern": options.pattern,
        "transmitter": options.transmitter,
        "normal": options.normal,
        "launch_dbm": options.launch_dbm,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }, indent=1))


if __name__ == "__main__":
    main()

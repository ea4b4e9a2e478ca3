"""Power budget of the IEEE 802.3ae 10 Gigabit Ethernet link model, term by term.

The model is the spreadsheet 10GEPBud3_1_16a.xls (D. Hanson, D. Cunningham, P. Dawe, D. Dolfi, 31
October 2001), kept as `10GbE_inputs.xlsx` in the repository Belden-Montreal/Fiber-Python-Code on
GitHub, commit 95c31158, with its equations in `T11-2016-013v0.pdf` beside it.  The equations are
evaluated here in forty digits, in the units of the sheet (km, MHz, ps, nm, dB).

    1/B_eff = 1/B - DCD,  T = 1/B_eff                    rate left by duty-cycle distortion
    a(lambda) = C [(0.00094 lambda)^-4 + 1.05] dB/km     C = attenuation/3.5 (at 850 nm), /1.4846
                                                         (at 1310 nm), or 1 (sheets LX4)
    D1 = S0 lambda/4 [1 - (l0/lambda)^4],  D2 = 0.7 S0 dl
    BW_cd = 0.187/(dl sqrt(D1^2 + D2^2) L),  BW_m = EMB/L, or L_t/(3 DGD L) for single mode
    Te^2 = (0.48/BW_cd)^2 + (0.48/BW_m)^2 + (1.518 T_s)^2,  Tc^2 = Te^2 + (0.329/BW_rx)^2
    a = 2.563 T/(sqrt 8 Tc),  P_isi = -10 lg(2 erf a - 1)
    E = erf(a(1+j)) + erf(a(1-j)) - 1, j = (DJ - DCD) B_eff,  P_dj = -10 lg E - P_isi
    rho = 1 - 2 N 10^(-IL/10) 10^((R_t+R_r)/20) sqrt(2 r(E(r-1)+r+1))/(E(r-1)),  E_c = E rho
    sigma_mpn = k/sqrt 2 (1 - exp(-(pi B_eff D1 L dl)^2)) (pi as 3.14 in the sheet)
    V_rin = 0.7 RIN/sqrt(BW_cd^-2 + BW_m^-2 + 0.477 BW_rx^-2)
    V_mn = (1 - 10^(-P_mn/5))/Q^2
    P_x = 10 lg 1/sqrt(1 - Q^2 V_x) for each noise alone (V_rin over E_c^2)
    P_blw = the same with SD/E_rx,  E_rx = erf(a_r(1+w)) + erf(a_r(1-w)) - 1, a_r with T_rx alone,
            w = 0.2 B_eff/B
    P_cross = -10 lg(E_c sqrt(1 - Q^2((SD^2 + V_rin)/E_c^2 + V_mn + sigma^2))) less all of these
    margin = OMA - sensitivity - connectors - (attenuation and all terms but P_blw)

Second route: the values that the sheet itself holds in its cells for the same inputs, as read from
`10GbE_inputs.xlsx`.  The sheet 850S2000 was edited by whoever uploaded it (1.0 dB of connections
instead of 1.5 dB); its row at 0.4 km is checked as it is, and the reaches over OM3 and OM4 are
computed with 1.5 dB, as in IEEE Std 802.3 clause 52.
"""

import sys

sys.dont_write_bytecode = True

from mpmath import erf, exp, log, mp, mpc, mpf, sqrt

from table import Table

mp.dps = 40

SERIAL = dict(
    q="7.037", b="10312.5", wavelength="840", width="0.29", oma="-3.8", ts="35", rin="-130",
    k="0.3", rt="-12", rr="-12", n="0", sens="-11.1", bw_rx="8250", sd="0.025", window="0.2",
    er="3.0034933022749914",
)  # fmt: skip
FIBER_62 = dict(dcd="7.7", dj="7.7", pmn="0.15", c=mpf("3.75") / mpf("3.5"), l0="1365", s0="0.093")
FIBER_50 = dict(dcd="7.7", dj="7.7", pmn="0.3", c=mpf(1), l0="1320", s0="0.11")
CASES = {
    "850S62_160": (SERIAL | FIBER_62 | dict(emb="160", conn="2.34"), "0.026"),
    "850S62_200": (SERIAL | FIBER_62 | dict(emb="200", conn="2.31"), "0.033"),
    "850S50_400": (SERIAL | FIBER_50 | dict(emb="400", conn="2.13"), "0.066"),
    "850S50_500": (SERIAL | FIBER_50 | dict(emb="500", conn="2.07"), "0.082"),
    "850S2000 at 0.4 km": (
        SERIAL | FIBER_50 | dict(emb="2000", conn="1.0", dcd="6", dj="6"),
        "0.4",
    ),
    "LX4_62MMF": (
        SERIAL
        | dict(
            b="3125", wavelength="1269", width="0.62", oma="-6.25", er="3.5033172687061387",
            ts="120", rin="-120", dj="96", dcd="14", bw_rx="2550", sd="0", c=mpf(1), l0="1365",
            s0="0.093", emb="500", sens="-14.25", pmn="0.3", conn="2.0",
        ),  # fmt: skip
        "0.3",
    ),
    "1310S": (
        SERIAL
        | dict(
            wavelength="1260", width="0.2", oma="-3.2", er="3.9999080306699364", ts="47.1",
            dj="6", dcd="6", k="0", n="0.6", c=mpf("0.4") / mpf("1.4846"), l0="1324", s0="0.093",
            sens="-12.59", bw_rx="7725", pmn="0", conn="2.0", dgd="10", target="10",
        ),  # fmt: skip
        "10",
    ),
}
OM3 = SERIAL | FIBER_50 | dict(emb="2000", conn="1.5", dcd="6", dj="6")
OM4 = OM3 | dict(emb="4700")
LONG_OM4 = OM4 | dict(conn="1.0", c=mpf(3) / mpf("3.5"))

# Cells of the sheets: attenuation, Tc, P_isi, P_dj, P_reflection, P_mpn, P_rin, P_cross, total,
# margin (columns B, I, J, L, N, Q, R, S, T, W of the row at the target reach).
CELLS = {
    "850S62_160": (
        0.10091514975024514, 102.4802988403281, 3.265961279790877, 0, 0, 4.428580347026333e-06,
        0.1936089694403967, 0.3322156697290307, 4.042705497290896, 0.9172945027091037,
    ),
    "850S62_200": (
        0.1280846131445419, 103.41163214504205, 3.3464105788565393, 0, 0, 1.148612927201965e-05,
        0.1986904666287665, 0.3499131811845947, 4.173110325943714, 0.8168896740562861,
    ),
    "850S50_400": (
        0.23909127786981155, 103.53369947812828, 3.357024303645302, 0, 0, 0.00018997989800031935,
        0.19937636743261405, 0.40470428367869477, 4.500386212524423, 0.6696137874755772,
    ),
    "850S50_500": (
        0.29705279977764465, 103.25512808105974, 3.3328262570338314, 0, 0, 0.0004511609208530165,
        0.19781791003371127, 0.3987151931575081, 4.526863320923549, 0.7031366790764517,
    ),
    "850S2000 at 0.4 km": (
        1.4490380476958273, 121.89579173288236, 4.9183283053183064, 0, 0, 0.20133674514953373,
        0.3424973650943824, 1.437450453455115, 8.648650916713166, -2.348650916713166,
    ),
    "LX4_62MMF": (
        0.46317104776991713, 364.41060396435813, 3.602875073957392, 0.4122929543046685, 0,
        6.401492977577427e-07, 0.8843565046381063, 0.16806287960505945, 5.830759100424442,
        0.16924089957555832,
    ),
    "1310S": (
        4.1982134908628375, 90.66268365496526, 2.1968132701697702, 0, 0.42851212493242613, 0,
        0.2276897339064724, 0.1926890727535006, 7.243917692625006, 0.1460823073749946,
    ),
}  # fmt: skip
NAMES = (
    "attenuation", "Tc", "P isi", "P dj", "P reflections", "P mpn", "P rin", "P cross", "total",
    "margin",
)  # fmt: skip


def decibel(x):
    return 10 * log(x, 10)


def budget(inputs, length):
    """Terms of the budget at a length in km, in the order of NAMES, and the noises' deviations."""
    g = {key: mpf(value) for key, value in inputs.items()}
    b_eff = 1 / (1 / g["b"] - g["dcd"] * mpf("1e-6"))
    period = mpf("1e6") / b_eff
    jitter = mpf("1e-6") * (g["dj"] - g["dcd"]) * b_eff
    t_rx = mpf("329e3") / g["bw_rx"]
    alpha = g["c"] * ((mpf("0.00094") * g["wavelength"]) ** -4 + mpf("1.05"))
    d1 = g["s0"] * g["wavelength"] / 4 * (1 - (g["l0"] / g["wavelength"]) ** 4)
    d2 = mpf("0.7") * g["s0"] * g["width"]
    inverse_cd = g["width"] * sqrt(d1**2 + d2**2) * length / mpf("0.187e6")
    if "emb" in g:
        inverse_m = length / g["emb"]
    else:
        inverse_m = 3 * g["dgd"] * mpf("1e-6") * length / g["target"]
    te2 = (mpf("480e3") ** 2) * (inverse_cd**2 + inverse_m**2) + (mpf("1.518") * g["ts"]) ** 2
    tc = sqrt(te2 + t_rx**2)
    a = mpf("2.563") * period / (sqrt(mpf(8)) * tc)
    isi = -decibel(2 * erf(a) - 1)
    eye = erf(a * (1 + jitter)) + erf(a * (1 - jitter)) - 1
    dj = -decibel(eye) - isi
    attenuation = alpha * length
    r = mpf(10) ** (g["er"] / 10)
    loss = mpf(10) ** (-(attenuation + g["conn"]) / 10)
    rho = 1 - 2 * g["n"] * loss * mpf(10) ** ((g["rt"] + g["rr"]) / 20) * sqrt(
        2 * r * (eye * (r - 1) + r + 1)
    ) / (eye * (r - 1))
    eye_c = eye * rho
    q = g["q"]
    beta = mpf("3.14e-6") * b_eff * d1 * length * g["width"]
    sigma = g["k"] / sqrt(mpf(2)) * (1 - exp(-(beta**2)))
    v_rin = (
        mpf("0.7e6")
        * mpf(10) ** (g["rin"] / 10)
        / sqrt(inverse_cd**2 + inverse_m**2 + mpf("0.477") / g["bw_rx"] ** 2)
    )
    v_mn = (1 - mpf(10) ** (-g["pmn"] / 5)) / q**2
    alone = lambda variance: -decibel(sqrt(1 - q**2 * variance))
    a_r = mpf("2.563") * period / (sqrt(mpf(8)) * t_rx)
    w = g["window"] * b_eff / g["b"]
    eye_rx = erf(a_r * (1 + w)) + erf(a_r * (1 - w)) - 1
    blw = alone((g["sd"] / eye_rx) ** 2)
    mpn, rin, reflections = alone(sigma**2), alone(v_rin / eye_c**2), -decibel(rho)
    together = -decibel(
        eye_c * sqrt(1 - q**2 * ((g["sd"] ** 2 + v_rin) / eye_c**2 + v_mn + sigma**2))
    )
    cross = together - blw - isi - dj - mpn - reflections - rin - g["pmn"]
    total = attenuation + isi + dj + reflections + mpn + rin + g["pmn"] + cross
    margin = g["oma"] - g["sens"] - g["conn"] - total
    terms = (attenuation, tc, isi, dj, reflections, mpn, rin, cross, total, margin)
    return terms, sigma


def reach(inputs, start):
    """Length in km at which the margin vanishes, by bisection: beyond it a closed eye makes the
    logarithms complex."""

    def met(length):
        margin = budget(inputs, length)[0][-1]
        return not isinstance(margin, mpc) and margin > 0

    low, high = mpf(start) / 2, mpf(start) * 2
    assert met(low) and not met(high)
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if met(middle) else (low, middle)
    return low


def main():
    table = Table(__doc__)
    for name, (inputs, length) in CASES.items():
        terms, _ = budget(inputs, mpf(length))
        for quantity, value, cell in zip(NAMES, terms, CELLS[name]):
            unit = "ps" if quantity == "Tc" else "dB"
            # Double precision of the sheet's own cells.
            table.add(name, quantity, value, unit, check=cell, allowed=1e-9, digits=10)
    for name, (inputs, length) in CASES.items():
        if name.startswith("850S2000"):
            continue
        found = reach(inputs, length)
        table.add(name, "zero-margin length", 1000 * found, "m", digits=8)
    for name, inputs, length in (
        ("OM3", OM3, "0.3"),
        ("OM4", OM4, "0.4"),
        ("OM4, 3.0 dB/km, 1.0 dB", LONG_OM4, "0.55"),
    ):
        terms, sigma = budget(inputs, mpf(length))
        table.add(f"{name} {length} km", "margin", terms[-1], "dB", digits=8)
        table.add(f"{name} {length} km", "P mpn", terms[5], "dB", digits=8)
        table.add(f"{name} {length} km", "mode-partition deviation", sigma, "", digits=8)
        table.add(name, "zero-margin length", 1000 * reach(inputs, length), "m", digits=8)
    # What is left when the link has attenuation and intersymbol interference alone.
    quiet = dict(dcd="0", dj="0", pmn="0", k="0", rin="-300", sd=0)
    for name, inputs in (("OM3", OM3), ("OM4", OM4)):
        length = reach(inputs | quiet, "0.5")
        table.add(f"{name} without noise and jitter", "zero-margin length", 1000 * length, "m", digits=8)
    table.finish()


if __name__ == "__main__":
    main()

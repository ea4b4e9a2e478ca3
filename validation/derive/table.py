"""The table every derivation prints, on paper or as JSON.

A row holds one number, and where there is one, the same number obtained by a second route (a
finer grid, a numerical propagation, another formula) with the largest difference allowed between
the two.  `finish` prints the table and ends the program with status 1 if any pair disagrees, so a
derivation that has not converged cannot be mistaken for one that has.
"""

import argparse
import json
import sys

SPEED_OF_LIGHT = 299_792_458.0  # m/s, exact in the SI
ELEMENTARY_CHARGE = 1.602_176_634e-19  # C, exact in the SI
BOLTZMANN = 1.380_649e-23  # J/K, exact in the SI


def dispersion_to_beta2(dispersion, wavelength):
    """β2 in s²/m from D in s/m² and the wavelength in m: β2 = −Dλ²/2πc."""
    return -dispersion * wavelength**2 / (2 * 3.141592653589793 * SPEED_OF_LIGHT)


class Table:
    """Rows of derived numbers under one title."""

    def __init__(self, docstring):
        self.title = docstring.strip().splitlines()[0]
        parser = argparse.ArgumentParser(
            description=docstring, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
        self.as_json = parser.parse_args().json
        self.rows = []
        self.notes = []

    def add(self, case, quantity, value, unit="", check=None, allowed=None, digits=7):
        """One number; `check` is the same number by the second route, `allowed` the bound on
        the absolute difference."""
        row = {"case": case, "quantity": quantity, "value": float(value), "unit": unit}
        row["printed"] = f"{float(value):.{digits}g}"
        if check is not None:
            row["check"] = float(check)
            row["difference"] = abs(float(check - value))
            row["allowed"] = float(allowed)
            row["agrees"] = bool(row["difference"] <= row["allowed"])
        self.rows.append(row)

    def note(self, text):
        """A line printed below the table."""
        self.notes.append(text)

    def finish(self):
        """Print everything; leave with status 1 if a pair of routes disagrees."""
        agrees = all(row.get("agrees", True) for row in self.rows)
        if self.as_json:
            document = {"title": self.title, "agrees": agrees}
            document.update(rows=self.rows, notes=self.notes)
            print(json.dumps(document, indent=1, ensure_ascii=False))
        else:
            self.print_text()
        sys.exit(0 if agrees else 1)

    def print_text(self):
        """The table as aligned columns."""
        print(self.title + "\n")
        header = ("case", "quantity", "value", "unit", "second route differs by", "")
        lines = [header]
        for row in self.rows:
            pair, verdict = "", ""
            if "check" in row:
                pair = f"{row['difference']:.1e} (allowed {row['allowed']:.0e})"
                verdict = "" if row["agrees"] else "DISAGREES"
            lines.append(
                (row["case"], row["quantity"], row["printed"], row["unit"], pair, verdict)
            )
        widths = [max(len(line[column]) for line in lines) for column in range(5)]
        for line in lines:
            cells = [cell.ljust(width) for cell, width in zip(line, widths)]
            print("  ".join([*cells, line[5]]).rstrip())
        if self.notes:
            print("\n" + "\n".join(self.notes))

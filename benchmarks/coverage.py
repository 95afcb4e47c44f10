"""Exact coverage of the NPS interval over all distributions on a .02 grid: `python -m benchmarks.coverage`."""

from benchmarks.results import markdown_table, write_section
from nps_insights.metrics import exact_coverage

SIZES = (*range(5, 101), 120, 150, 200)


def main() -> None:
    """Print and write the minimum and mean coverage per number of answers."""
    coverage = {n: exact_coverage(n) for n in SIZES}
    shown = [n for n in SIZES if n <= 20 or n % 10 == 0]
    tiny = min(coverage[n].min() for n in SIZES if n < 10)
    rest = min(coverage[n].min() for n in SIZES if n >= 10)
    lines = [
        f"Nominal .95. Minimum for n = 5 to 9: {tiny:.3f} (wanted: .85). Minimum for every n from 10 to 100, "
        f"120, 150 and 200: {rest:.3f} (wanted: .92).",
        "",
        *markdown_table(
            ["n", "minimum", "mean"], [(n, f"{coverage[n].min():.3f}", f"{coverage[n].mean():.3f}") for n in shown]
        ),
    ]
    print("\n".join(lines))
    write_section(
        "Coverage of the NPS interval", command="python -m benchmarks.coverage", packages=["nps-insights"], lines=lines
    )


if __name__ == "__main__":
    main()

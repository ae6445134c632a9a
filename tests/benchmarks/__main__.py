"""`python -m tests.benchmarks`: every benchmark in one run, as ratios; absolute figures belong to this machine."""

import tempfile
from pathlib import Path

from tests.benchmarks.deliveries import compare_batches, compare_single_events
from tests.benchmarks.house import build_house


def main() -> None:
    """Run all and print one line each."""
    with tempfile.TemporaryDirectory(prefix="touchline-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        house = build_house(folder)
        single = compare_single_events(house)
        print_ratio("single-event deliveries vs plain FastAPI + SQLAlchemy", single["touchline"], single["plain"], 10)
        print_ratio("single-event deliveries vs one INSERT per request", single["touchline"], single["autocommit"], 2.5)
        batches, rows = compare_batches(house)
        print_ratio("100-event deliveries vs rows inserted singly", batches, rows, 0.5)


def print_ratio(what: str, ours: float, theirs: float, aim: float) -> None:
    """One line: the ratio, the aim and both figures."""
    ratio = ours / theirs
    verdict = "met" if ratio >= aim else "MISSED"
    print(f"{what:58} {ratio:6.2f} x  (aim {aim} x: {verdict}; {ours:,.0f}/s and {theirs:,.0f}/s)", flush=True)


if __name__ == "__main__":
    main()

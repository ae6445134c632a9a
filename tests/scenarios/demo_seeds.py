"""The demo on many seeds, each with a database of its own: `python -m tests.scenarios.demo_seeds --seeds 50`.

Half a minute a seed, so the tests run the first only (`test_demo.py`). Every brief and the printed Monday are held
against what the generator made up; one statement that is not true ends it with the seed's number.
"""

import argparse
import asyncio
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.factories.demo_briefs import check_demo_briefs, demo_briefs
from tests.factories.demo_quadrants import check_monday
from tests.scenarios.test_demo import free_port, run


def check_home(home: Path, printed: str) -> str:
    """What was checked of a demo's folder and print; AssertionError at the first statement that is not true."""
    state, briefs = asyncio.run(demo_briefs(home))
    statements, reps = check_demo_briefs(state, briefs, state.replayed_until), check_monday(printed, state)
    return f"seed {state.seed}: {statements} statements of {len(briefs)} briefs and the luck of {reps} reps, all true"


def check_seed(seed: int) -> str:
    """Run the demo of a seed and check it."""
    with tempfile.TemporaryDirectory(prefix="touchline-demo-", ignore_cleanup_errors=True) as folder:
        # The embedded server runs as a user of its own where this process is root's.
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        printed = run(home, "demo", "--exit", "--port", free_port(), "--seed", str(seed), patience=900)
        # In a process of its own: the server that it starts ends with it.
        with ProcessPoolExecutor(1) as one:
            return one.submit(check_home, home, printed).result()


def main() -> None:
    """Check as many seeds as asked for, from the first asked for on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1)
    asked = parser.parse_args()
    for seed in range(asked.first, asked.first + asked.seeds):
        sys.stdout.write(f"{check_seed(seed)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""`python -m tests.suites [names]`: the service held against suites that others wrote, one line each.

Without names: all of them. `--pypi` leaves out those that need npm, `--examples` and `--phases` set how long
Schemathesis tries.
"""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.suites import npm, pypi
from tests.suites.outcome import Suite
from tests.suites.stage import PHASES, Effort, Stage, staged

ALL: dict[str, Suite] = {**pypi.SUITES, **npm.SUITES}


def main() -> int:
    """Run what is asked for; 1 if any of it fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.suites", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*ALL, []], metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--pypi", action="store_true", help="only those that need no npm")
    parser.add_argument("--examples", type=int, default=100, help="Schemathesis's tries per operation")
    parser.add_argument("--phases", default=PHASES, help="which of Schemathesis's phases")
    parser.add_argument("--jobs", type=int, default=1, help="how many run at a time")
    arguments = parser.parse_args()
    names = arguments.names or (pypi.SUITES if arguments.pypi else ALL)
    with_npm = any(name in npm.SUITES for name in names)
    with (
        staged(with_npm=with_npm, effort=Effort(arguments.examples, arguments.phases)) as stage,
        ThreadPoolExecutor(arguments.jobs) as pool,
    ):
        outcomes = list(pool.map(lambda name: _report(name, ALL[name], stage), names))
    passed = sum(outcomes)
    print(f"{passed} passed, {len(outcomes) - passed} failed", flush=True)
    return 0 if all(outcomes) else 1


def _report(name: str, suite: Suite, stage: Stage) -> bool:
    started = time.monotonic()
    outcome = suite(stage)
    verdict = "ok  " if outcome.passed else "FAIL"
    print(f"{verdict} {name:24} {outcome.score}  ({time.monotonic() - started:.0f} s)", flush=True)
    if not outcome.passed:
        print(outcome.details[-20000:], file=sys.stderr, flush=True)
    return outcome.passed


if __name__ == "__main__":
    sys.exit(main())

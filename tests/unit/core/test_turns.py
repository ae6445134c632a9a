"""Who wants to be alone gets it, even from those who take turns without end."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.fixtures.turns import turn


class Watch:
    """Who runs now, True for alone, and whom each found running when it began."""

    def __init__(self) -> None:
        self.inside: list[bool] = []
        self.found: list[tuple[bool, list[bool]]] = []
        self._lock = threading.Lock()

    @contextmanager
    def running(self, *, alone: bool) -> Iterator[None]:
        with self._lock:
            self.found.append((alone, list(self.inside)))
            self.inside.append(alone)
        yield
        with self._lock:
            self.inside.remove(alone)


def test_nothing_runs_beside_one_who_is_alone(tmp_path: Path) -> None:
    watch, enough = Watch(), threading.Event()

    def run(*, alone: bool) -> None:
        with turn(tmp_path, alone=alone), watch.running(alone=alone):
            time.sleep(0.002)

    def take_turns() -> None:
        while not enough.is_set():
            run(alone=False)

    with ThreadPoolExecutor(3) as threads:
        others = [threads.submit(take_turns) for _ in range(2)]
        for _ in range(20):
            run(alone=True)
        enough.set()
        for other in others:
            other.result()
    assert [others for alone, others in watch.found if alone] == [[]] * 20
    assert not any(others.count(True) for _alone, others in watch.found)


def test_all_others_run_side_by_side(tmp_path: Path) -> None:
    with turn(tmp_path, alone=False), turn(tmp_path, alone=False):
        pass

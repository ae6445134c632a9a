"""The demo and the command line, as a newcomer runs them: a process, an empty folder, nothing else."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from tests.factories.demo_briefs import check_demo_briefs, demo_briefs
from tests.factories.demo_quadrants import check_monday

TOUCHLINE = str(Path(sys.executable).parent / "touchline")


def run(home: Path, *arguments: str, check: bool = True, patience: int = 120) -> str:
    environment = {**os.environ, "TOUCHLINE_HOME": str(home), "TOUCHLINE_LOG_LEVEL": "WARNING"}
    done = subprocess.run(
        [TOUCHLINE, *arguments], env=environment, capture_output=True, text=True, timeout=patience, check=False
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_the_demo_twice_and_verify(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = run(home, "demo", "--exit", "--port", free_port())
    assert re.search(r"Admin key: tl_\S+", first)
    assert re.search(r"Ready: http://127\.0\.0\.1:\d+", first)
    assert re.search(r"The board, live: http://127\.0\.0\.1:\d+/#key=tl_\S+", first)
    assert "Process: activity" in first
    assert first.index("Process: activity") < first.index("Outcome")
    lines = first.splitlines()
    late, advice, back = (
        next(place for place, line in enumerate(lines) if line.startswith(title))
        for title in ("Behind pace", "The one opportunity that matters most", "The way back from the quota")
    )
    assert any(re.match(r"• Ben: calls made .*, a chance below 1 % to reach", line) for line in lines[late:advice])
    assert [line.split()[1].rstrip(":") for line in lines[advice + 1 : advice + 7]] == [
        "Anna", "Ben", "Carla", "Dario", "Elif", "Finn",
    ]  # fmt: skip
    assert all("Next step: " in line for line in lines[advice + 1 : advice + 7])
    assert re.match(r"• \w+'s way back to \$60,000 by ", lines[back + 1])
    assert any(re.match(r"  \d+ opportunities, \S+ a week", line) for line in lines[back:])
    gaps = next(place for place, line in enumerate(lines) if line.startswith("The one skill gap that matters most"))
    for line, name in zip(lines[gaps + 1 : gaps + 7], ("Anna", "Ben", "Carla", "Dario", "Elif", "Finn"), strict=True):
        assert line.startswith(f"• {name}: ")
        assert "it is the gap worth most" in line or "annot tell" in line or "Keep it." in line, line
    assert lines[gaps + 2].startswith("• Ben: Prospecting: Level 1.0 where 3 is required")
    coming = lines.index("The next session")
    assert re.match(r"• \w+ \w+, Tuesday \d+ \w+, \d\d:\d\d \(UTC\), 30 min", lines[coming + 1])
    assert re.match(r"• Top topic: .+ is behind its target for the (week|month|quarter)\. ", lines[coming + 2])
    assert re.search(r"brief\.html \"http://127.0.0.1:\d+/v1/coaching-sessions/[0-9a-f-]+/brief\"", lines[coming + 4])
    state, briefs = asyncio.run(demo_briefs(home))
    assert check_demo_briefs(state, briefs, state.replayed_until) > len(briefs)
    assert check_monday(first, state) == 6
    assert "0 differences" in run(home, "verify", "--org", "Touchline Demo")
    lines = [line for line in run(home, "org", "export", "Touchline Demo").split("\n") if '"table":"activity"' in line]
    work = sorted((json.loads(line)["row"] for line in lines), key=lambda row: str(row["occurred_at"]))
    meetings = [row for row in work if row["kind"] == "meeting"]
    for some in (meetings[:500], meetings[-60:]):  # of the files, and of both vendors' webhooks
        assert 0.7 < sum(row["deal_id"] is not None for row in some) / len(some) < 1
    second = run(home, "demo", "--exit", "--port", free_port())
    assert re.findall(r"Admin key: (\S+)", first) == re.findall(r"Admin key: (\S+)", second)
    assert (home / "demo.json").stat().st_mode & 0o777 == 0o600


def test_an_organization_from_the_command_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    created = run(
        home, "org", "create", "--name", "Acme", "--timezone", "Europe/Berlin", "--admin-email", "a@acme.example"
    )
    assert re.search(r"Admin key: tl_\S+", created)
    assert "organization_name_taken" in run(
        home, "org", "create", "--name", "acme", "--admin-email", "b@acme.example", check=False
    )
    assert "time_zone" in run(
        home, "org", "create", "--name", "B", "--timezone", "Mars/Base", "--admin-email", "b@acme.example", check=False
    )
    key = run(home, "key", "create", "acme", "--name", "Reader", "--scope", "people:read")
    assert re.search(r"Key: tl_\S+", key)
    assert "Reader" in run(home, "key", "list", "Acme")
    exported = run(home, "org", "export", "Acme")
    assert '"table":"person"' in exported
    assert "key_hash" not in exported
    assert "organization_not_found" in run(home, "verify", "--org", "Nobody", check=False)
    assert "is queued" in run(home, "org", "delete", "Acme", "--yes")

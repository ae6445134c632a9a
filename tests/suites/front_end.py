"""The newcomer's page and the React example in a real browser, over a demo. Needs Debian's `chromium`.

A signed webhook changes the board without a reload within two seconds of its answer (the median of seven: the machine
may be busy with something else); a lost connection loses nothing; axe finds nothing on a phone and a screen, light and
dark; nothing is loaded from elsewhere. The example is built from its lock file, with types made from the schema.
"""

import hashlib
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from service.demo.archetypes import REPS
from service.demo.generator import Work
from service.demo.hubspot import sign, work_events
from service.demo.state import DemoState, load_state
from tests.fixtures.processes import TOUCHLINE, ServiceProcess, free_port
from tests.suites.outcome import Outcome
from tests.suites.stage import ROOT, Stage

EXAMPLE = Path("docs/examples/front-end")
SHARED = (Path("schema/schema.graphql"), Path("service/api/newcomer/static"))
"""What the example takes from the repository: the schema that its types are made from, and the page's styles."""
HOOKS = 8
MOST_MILLISECONDS = 2000
START_SECONDS = 240.0
FAULTS = ("faults", "foreign", "errors")


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that serves; `page` is the address that it printed, with the key in the fragment."""

    state: DemoState
    page: str

    @property
    def url(self) -> str:
        """Where it serves."""
        return self.page.partition("/#")[0]


def front_end(stage: Stage) -> Outcome:
    """The page as the demo serves it, then the example as Vite builds it, by the same script."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return Outcome(passed=True, score="skipped: no chromium on this machine (Debian's package chromium)")
    pictures = Path(tempfile.gettempdir()) / "touchline-front-end"
    pictures.mkdir(exist_ok=True)
    try:
        example = _built(stage)
    except subprocess.CalledProcessError as error:
        return Outcome(passed=False, score="the React example does not build", details=f"{error.stdout}{error.stderr}")
    with _demo(stage) as demo, _previewed(example, demo.url) as previewed:
        seen = {
            name: _looked_at(stage, chromium, pictures, demo, name, url)
            for name, url in (("page", demo.url), ("react", previewed))
        }
    medians = {name: _median(one["times"]) for name, one in seen.items()}
    faults = [f"{name}: {check}: {text}" for name, one in seen.items() for check in FAULTS for text in one[check]]
    faults += [f"{name}: a webhook took {took} ms" for name, took in medians.items() if took > MOST_MILLISECONDS]
    told = ", ".join(f"{name} {took:.0f} ms after a webhook" for name, took in medians.items())
    return Outcome(not faults, f"{told}, {len(faults)} at fault; pictures in {pictures}", "\n".join(faults))


def _median(times: list[float | None]) -> float:
    """Of a try that never ended nobody knows how long it would have taken."""
    return statistics.median(float("inf") if one is None else one for one in times) if times else float("inf")


def _looked_at(stage: Stage, chromium: str, pictures: Path, demo: Demo, name: str, url: str) -> dict[str, Any]:
    rep = REPS[0]
    work: dict[str, Any] = {
        "url": url,
        "key": demo.page.partition("#key=")[2],
        "name": name,
        "rep": rep.name,
        "kpi": "calls-made",
    }
    work["fading"], work["blind"] = _fading_key(demo), _made_key(demo, name="Blind", scopes=["events:read"])["key"]
    hooks = [_hook(demo.state, number) for number in range(HOOKS)]
    (stage.folder / f"{name}.json").write_text(json.dumps({**work, "hooks": hooks}))
    done = stage.run("node", "front-end.mjs", chromium, str(pictures), f"{name}.json", seconds=240)
    if done.returncode:
        return {"times": [], "faults": [done.stdout + done.stderr], "foreign": [], "errors": []}
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def _fading_key(demo: Demo) -> dict[str, Any]:
    """A second key of the manager, and the request that revokes it."""
    made = _made_key(demo, name="Fading", person_id=demo.state.manager_id)
    revoking = {"url": f"{demo.url}/v1/api-keys/{made['id']}", "headers": {**_admin(demo), "If-Match": "*"}}
    return {"key": made["key"], **revoking}


def _made_key(demo: Demo, **asked: Any) -> dict[str, Any]:
    made = httpx.post(f"{demo.url}/v1/api-keys", json=asked, headers=_admin(demo)).raise_for_status()
    key: dict[str, Any] = made.json()
    return key


def _admin(demo: Demo) -> dict[str, str]:
    return {"Authorization": f"Bearer {demo.state.admin_key}"}


def _hook(state: DemoState, number: int) -> dict[str, Any]:
    """A signed webhook of one more completed call of the demo's first rep."""
    now = datetime.now(UTC)
    call = Work(f"00{now:%Y%m%d%H%M%S}{number:02d}", REPS[0], "call", now, "connected", "outbound", 300)
    body = json.dumps(list(work_events(call)), separators=(",", ":")).encode()
    headers = sign(state.hubspot_secret, state.hubspot_url, body, time.time_ns() // 1_000_000)
    return {"url": state.hubspot_url, "headers": headers, "body": body.decode()}


@contextmanager
def _demo(stage: Stage) -> Iterator[Demo]:
    """`touchline demo` in a home of its own, once it says that it is ready."""
    home = stage.folder / "demo-home"
    home.mkdir()
    home.chmod(0o755)
    service = ServiceProcess(home)
    command = [*TOUCHLINE, "demo", "--port", str(service.port)]
    process = subprocess.Popen(
        command, env=service.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    watch = threading.Timer(START_SECONDS, process.kill)
    watch.start()
    try:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if line.startswith("Ready:"):
                break
        page = re.search(r"The board, live: (\S+)", printed)
        state = load_state(home)
        if page is None or state is None:
            raise RuntimeError(f"the demo did not start: {printed[-2000:]}")
        watch.cancel()
        yield Demo(state, page[1])
    finally:
        watch.cancel()
        process.terminate()
        process.wait(30)


def _built(stage: Stage) -> Path:
    """The example, installed by its lock file and built; packages stay for the next run with the same lock."""
    lock = (ROOT / EXAMPLE / "package-lock.json").read_bytes()
    packages = stage.folder.parent / f"front-end-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (packages / ".installed").exists():
        packages.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(ROOT / EXAMPLE / name, packages)
        _npm(packages, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        (packages / ".installed").touch()
    tree = stage.folder / "front-end"
    ignored = shutil.ignore_patterns("node_modules", "dist", "gql")
    for path in (EXAMPLE, *SHARED):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, tree / path, ignore=ignored)
        else:
            shutil.copy(ROOT / path, tree / path)
    (tree / EXAMPLE / "node_modules").symlink_to(packages / "node_modules")
    _npm(tree / EXAMPLE, "run", "build")
    return tree / EXAMPLE


def _npm(folder: Path, *arguments: str) -> None:
    subprocess.run(["npm", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=600)


@contextmanager
def _previewed(example: Path, service: str) -> Iterator[str]:
    """Vite serves what it has built, and hands `/graphql` on to the service: the address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    vite = str(example / "node_modules" / ".bin" / "vite")
    command = [vite, "preview", "--host", "127.0.0.1", "--port", str(port), "--strictPort"]
    environment = {**ServiceProcess(example).environment, "TOUCHLINE_URL": service}
    process = subprocess.Popen(command, cwd=example, env=environment, stdout=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 60
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError("Vite does not serve the built example")
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).status_code == 200
    except httpx.HTTPError:
        return False

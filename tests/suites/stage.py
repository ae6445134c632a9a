"""What every suite stands on: the real service with two organizations, its documents, and a folder to work in."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.fixtures.processes import ServiceProcess

HERE = Path(__file__).parent
FILES = HERE / "files"
ROOT = Path(__file__).parents[2]

REST_FUZZERS = ("alice", "bob", "erin", "frank")
OTHERS_CONFIG = "schemathesis-others.toml"
"""Two more organizations for the other half of the paths."""
ORGANIZATIONS = (*REST_FUZZERS, "carol", "dora")


PHASES = "examples,coverage,fuzzing,stateful"


@dataclass(frozen=True, slots=True)
class Effort:
    """How long Schemathesis tries: examples per operation while it fuzzes, and its phases, comma-separated."""

    examples: int
    phases: str


@dataclass(frozen=True, slots=True)
class Stage:
    """`folder` holds `openapi.json`, `schema.graphql` and the suites' own files; keys are of administrators.

    Who fuzzes has organizations of its own, two for each half of REST and `carol` for GraphQL: a fuzzer may well
    revoke the key that it was given. `dora` is for all others.
    """

    folder: Path
    service: ServiceProcess
    keys: dict[str, str]
    effort: Effort

    @property
    def url(self) -> str:
        """Where the service is."""
        return self.service.base_url

    @property
    def authorization(self) -> dict[str, str]:
        """The header of those who do not fuzz."""
        return {"Authorization": f"Bearer {self.keys['dora']}"}

    def run(self, *command: str, seconds: int = 900) -> subprocess.CompletedProcess[str]:
        """Run a program in the folder; Python's tools are found first, npm's after them."""
        places = [
            str(Path(sys.executable).parent),
            str(self.folder.parent / "node_modules" / ".bin"),
            os.environ["PATH"],
        ]
        environment = {**os.environ, "PATH": os.pathsep.join(places), "NO_COLOR": "1", "CI": "true"}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=seconds
        )


@contextmanager
def staged(*, with_npm: bool, effort: Effort) -> Iterator[Stage]:
    """Start the service, fill a scratch folder, and take both away at the end."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=_scratch(with_npm=with_npm)) as name:
        folder = Path(name)
        home = folder / "home"
        home.mkdir()
        for place in (folder, home):
            place.chmod(0o755)  # the embedded server runs as a user of its own where we are root
        service = ServiceProcess(home)
        service.start()
        try:
            keys = {organization: service.create_organization(organization) for organization in ORGANIZATIONS}
            _fill(folder, service, keys)
            yield Stage(folder, service, keys, effort)
        finally:
            service.stop()


def _scratch(*, with_npm: bool) -> Path:
    """A folder outside the repository; packages stay in it for the next run with the same pins."""
    pins = (HERE / "package.json").read_bytes()
    scratch = Path(tempfile.gettempdir()) / f"touchline-suites-{hashlib.sha256(pins).hexdigest()[:12]}"
    scratch.mkdir(exist_ok=True)
    scratch.chmod(0o755)
    if with_npm and not (scratch / ".installed").exists():
        (scratch / "package.json").write_bytes(pins)
        install = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(install, cwd=scratch, check=True, stdout=subprocess.DEVNULL)
        (scratch / ".installed").touch()
    return scratch


def _fill(folder: Path, service: ServiceProcess, keys: dict[str, str]) -> None:
    shutil.copytree(FILES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    config = (folder / "schemathesis.toml").read_text()
    (folder / OTHERS_CONFIG).write_text(config.replace('"alice", "bob"', '"erin", "frank"'))
    document = httpx.get(f"{service.base_url}/openapi.json", timeout=60).raise_for_status().json()
    document["servers"] = json.loads((ROOT / "openapi" / "openapi.json").read_text())["servers"]
    (folder / "openapi.json").write_text(json.dumps(document, indent=2))
    shutil.copy(ROOT / "schema" / "schema.graphql", folder)
    users = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {key}"}]}
        for name, key in keys.items()
        if name in REST_FUZZERS
    ]
    (folder / "wfc-auth.yaml").write_text(json.dumps({"auth": users}))  # JSON is YAML

"""npm's `oidc-provider`, a certified OpenID provider: its tokens open the door, forged ones do not, keys rotate."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.fixtures.processes import ServiceProcess, free_port
from tests.suites.outcome import Outcome
from tests.suites.stage import Stage

AUDIENCE = "https://api.touchline.example"
FORGERIES = ("expired", "aud", "iss", "none", "hs256", "kid", "otherkey", "tampered", "future")
LOOPBACK_PROVIDERS = {
    "TOUCHLINE_WEBHOOK_ALLOW_HTTP": "true",
    "TOUCHLINE_WEBHOOK_ALLOWED_NETWORKS": '["127.0.0.0/8"]',
    "TOUCHLINE_OIDC_REFETCH_SECONDS": "0",
}


def oidc_provider(stage: Stage) -> Outcome:
    """Two providers, each of one organization, against a service that is never restarted."""
    home = stage.folder / "oidc-home"
    home.mkdir()
    home.chmod(0o755)
    service = ServiceProcess(home, settings=LOOPBACK_PROVIDERS)
    service.start()
    try:
        seen = _try(stage, service)
    finally:
        service.stop()
    wrong = {name: (got, wanted) for name, (got, wanted) in seen.items() if got != wanted}
    score = f"{len(seen) - len(wrong)} of {len(seen)}" + (f", not {', '.join(wrong)}" if wrong else "")
    return Outcome(passed=not wrong, score=score, details=str(wrong))


def _try(stage: Stage, service: ServiceProcess) -> dict[str, tuple[int, int]]:
    """(status, expected status) of each kind of token."""
    ours, theirs = free_port(), free_port()
    _register(service, service.create_organization("Ours"), ours, person="m2m")
    _register(service, service.create_organization("Theirs"), theirs, person="nobody")
    seen: dict[str, tuple[int, int]] = {}
    with _running(stage, ours, "ours.json"), _running(stage, theirs, "theirs.json"):
        first = _token(ours)
        seen["good"] = (_status(service, first), 200)
        for kind in FORGERIES:
            seen[kind] = (_status(service, httpx.get(f"http://127.0.0.1:{ours}/forge?kind={kind}").text), 401)
        # A sound token of the other organization's provider leads to that organization, where nobody is `m2m`.
        seen["other organization"] = (_status(service, _token(theirs)), 403)
    with _running(stage, ours, "ours.json"):
        seen["new key"] = (_status(service, _token(ours)), 200)
        seen["old key"] = (_status(service, first), 200)
    return seen


def _register(service: ServiceProcess, key: str, port: int, *, person: str) -> None:
    """An organization whose provider listens on a port, and one person of it."""
    identity = {"system": "oidc", "external_id": person}
    someone = {"name": "Script", "email": "script@example.com", "role": "manager", "external_identities": [identity]}
    provider = {"issuer": f"http://127.0.0.1:{port}", "audience": AUDIENCE}
    headers = {"Authorization": f"Bearer {key}", "If-Match": "*"}
    with httpx.Client(base_url=service.base_url, headers=headers) as client:
        client.post("/v1/people", json=someone).raise_for_status()
        client.put("/v1/identity-provider", json=provider).raise_for_status()


@contextmanager
def _running(stage: Stage, port: int, keys: str) -> Iterator[None]:
    """The provider as a process of its own."""
    command = ["node", "oidc.mjs", str(port), keys]
    with subprocess.Popen(
        command, cwd=Path(stage.folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            while (line := process.stdout.readline()) != b"ready\n":
                if not line:
                    raise RuntimeError("the provider did not start")
            yield
        finally:
            process.kill()


def _token(port: int) -> str:
    """An access token for the machine client."""
    form = {"grant_type": "client_credentials", "resource": AUDIENCE, "scope": "api"}
    answer: dict[str, Any] = (
        httpx.post(f"http://127.0.0.1:{port}/token", data=form, auth=("m2m", "m2m-secret")).raise_for_status().json()
    )
    return str(answer["access_token"])


def _status(service: ServiceProcess, token: str) -> int:
    return httpx.get(f"{service.base_url}/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code

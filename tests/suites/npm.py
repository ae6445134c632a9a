"""Suites that need packages of npm: `make suites`."""

import json
from typing import Any

from tests.suites.outcome import Outcome, Suite
from tests.suites.stage import Stage


def graphql_http(stage: Stage) -> Outcome:
    """GraphQL over HTTP: every MUST, SHOULD and MAY."""
    done = stage.run("node", "graphql-http-audit.mjs", f"{stage.url}/graphql", json.dumps(stage.authorization))
    tally: dict[str, dict[str, int]] = json.loads((done.stdout.strip().splitlines() or ["{}"])[-1])
    ok, of = (sum(level[name] for level in tally.values()) for name in ("ok", "of"))
    return Outcome(done.returncode == 0 and of > 0, f"{ok} of {of}", done.stdout + done.stderr)


def redocly(stage: Stage) -> Outcome:
    """Recommended-strict and our own demands."""
    done = stage.run("redocly", "lint", "openapi.json", "--config", "redocly.yaml", "--format", "json")
    totals: dict[str, Any] = json.loads(done.stdout or "{}").get("totals", {"errors": "?", "warnings": "?"})
    score = f"{totals['errors']} errors, {totals['warnings']} warnings"
    return Outcome(done.returncode == 0 and totals["errors"] == 0, score, done.stdout + done.stderr)


def spectral(stage: Stage) -> Outcome:
    """OpenAPI and OWASP."""
    done = stage.run("spectral", "lint", "openapi.json", "-r", "spectral-ci.yaml", "-F", "error", "-f", "json")
    found: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    errors = [one for one in found if one["severity"] == 0]
    score = f"{len(errors)} errors, {len(found) - len(errors)} warnings"
    return Outcome(done.returncode == 0 and not errors, score, json.dumps(errors, indent=1) + done.stderr)


def sdl(stage: Stage) -> Outcome:
    """The style of the GraphQL schema."""
    done = stage.run("eslint", "schema.graphql", "--format", "json")
    files: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    messages = [message for file in files for message in file["messages"]]
    details = "\n".join(f"{m['line']}: {m['ruleId']}: {m['message']}" for m in messages)
    return Outcome(done.returncode == 0 and bool(files), f"{len(messages)} problems", details + done.stderr)


def typescript(stage: Stage) -> Outcome:
    """Types are generated, and a client's real use of them compiles under the strictest settings."""
    (stage.folder / "gen").mkdir()
    for command in (("openapi-typescript", "openapi.json", "-o", "gen/api.ts"), ("tsc", "-p", "tsconfig.json")):
        done = stage.run(*command)
        if done.returncode:
            return Outcome(passed=False, score=f"{command[0]} failed", details=done.stdout + done.stderr)
    return Outcome(passed=True, score="compiles")


SUITES: dict[str, Suite] = {
    "graphql-http": graphql_http,
    "redocly": redocly,
    "spectral": spectral,
    "sdl": sdl,
    "openapi-typescript": typescript,
}

"""Suites that need packages of npm: `make suites`."""

import json
import secrets
import time
from typing import Any

from service.webhooks.signing import format_secret, sign
from tests.suites.brief_page import brief_page
from tests.suites.calendars import calendar
from tests.suites.front_end import front_end
from tests.suites.oidc import oidc_provider
from tests.suites.outcome import Outcome, Suite
from tests.suites.pictures import api_pictures
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
    (stage.folder / "gen").mkdir(exist_ok=True)
    for command in (("openapi-typescript", "openapi.json", "-o", "gen/api.ts"), ("tsc", "-p", "tsconfig.json")):
        done = stage.run(*command)
        if done.returncode:
            return Outcome(passed=False, score=f"{command[0]} failed", details=done.stdout + done.stderr)
    return Outcome(passed=True, score="compiles")


def relay(stage: Stage) -> Outcome:
    """A Relay application compiles against the schema: a connection, a refetch, a mutation, a subscription."""
    done = stage.run("relay-compiler", "relay.config.json")
    artifacts = [*(stage.folder / "relay-src" / "__generated__").glob("*.ts")]
    return Outcome(done.returncode == 0 and bool(artifacts), f"{len(artifacts)} artifacts", done.stdout + done.stderr)


def codegen(stage: Stage) -> Outcome:
    """Typed documents are generated for a client's operations."""
    (stage.folder / "gen").mkdir(exist_ok=True)
    done = stage.run("graphql-codegen", "--config", "codegen.yml")
    generated = stage.folder / "gen" / "graphql.ts"
    documents = generated.read_text().count("DocumentNode<") if generated.exists() else 0
    return Outcome(done.returncode == 0 and documents > 0, f"{documents} documents", done.stdout + done.stderr)


def clients(stage: Stage) -> Outcome:
    """urql, Apollo and graphql-ws: what they get, what they are refused and how."""
    done = stage.run("node", "clients.mjs", f"{stage.url}/graphql", stage.keys["dora"], seconds=60)
    seen: dict[str, Any] = json.loads(done.stdout or "{}")
    right = {
        "urql": seen.get("urql") == "Team urql",
        "urql refused": seen.get("urqlRefused") == "InvalidInputError",
        "urql bad": "Cannot query field" in str(seen.get("urqlBad")),
        "Apollo": "Team urql" in seen.get("apollo", []),
        "Apollo bad": "Cannot query field" in str(seen.get("apolloBad")),
        "graphql-ws": seen.get("graphqlWs") == "open",
        "graphql-ws bad": "Cannot query field" in str(seen.get("wsBad")),
        "graphql-ws stranger": seen.get("wsStranger") in {4401, 4403},
    }
    wrong = [name for name, as_expected in right.items() if not as_expected]
    score = f"{len(right) - len(wrong)} of {len(right)}" + (f", not {', '.join(wrong)}" if wrong else "")
    return Outcome(done.returncode == 0 and not wrong, score, done.stdout + done.stderr)


def webhook_signatures(stage: Stage) -> Outcome:
    """Receivers with the Node libraries of Standard Webhooks and Svix accept what we sign and nothing else."""
    key, before, other = (secrets.token_bytes(32) for _ in range(3))
    body, now = '{"type":"person.created","data":{"name":"Ada Łovelace"}}', int(time.time())
    signed = sign([key, before], "msg_1", now, body.encode())
    stale = sign([key], "msg_1", now - 3600, body.encode())
    cases = [
        (key, signed, body, True),
        (before, signed, body, True),
        (other, signed, body, False),
        (key, signed, body.replace("Ada", "Eve"), False),
        (key, {**signed, "webhook-id": "msg_2"}, body, False),
        (key, {**signed, "webhook-timestamp": str(now + 1)}, body, False),
        (key, stale, body, False),
    ]
    messages = [
        {"secret": format_secret(secret), "headers": headers, "body": text, "good": good}
        for secret, headers, text, good in cases
    ]
    (stage.folder / "messages.json").write_text(json.dumps(messages))
    done = stage.run("node", "webhooks.mjs", "messages.json", seconds=60)
    wrong: list[str] = json.loads(done.stdout or '{"wrong": ["it did not run"]}')["wrong"]
    score = f"{len(messages)} messages, {len(wrong)} judged wrongly"
    return Outcome(done.returncode == 0 and not wrong, score, done.stdout + done.stderr)


SUITES: dict[str, Suite] = {
    "graphql-http": graphql_http,
    "redocly": redocly,
    "spectral": spectral,
    "sdl": sdl,
    "openapi-typescript": typescript,
    "relay-compiler": relay,
    "graphql-codegen": codegen,
    "urql-apollo-graphql-ws": clients,
    "standardwebhooks-svix": webhook_signatures,
    "oidc-provider": oidc_provider,
    "brief-page": brief_page,
    "pictures": api_pictures,
    "calendar": calendar,
    "front-end": front_end,
}

"""Suites whose parts all come from PyPI: they run with every check."""

import re

from tests.suites.outcome import Outcome, Suite
from tests.suites.stage import OTHERS_CONFIG, Stage

FIRST_HALF = "^/v1/[a-d]"
LEAST_SECONDS, SECONDS_PER_EXAMPLE = 900, 27
"""How long Schemathesis may take, on a machine that is busy with others too: a hundred examples an hour."""


def schemathesis_rest(stage: Stage) -> Outcome:
    """Every check on every operation of the paths from a to d; neither organization sees what is the other's."""
    return _schemathesis_rest(stage, "schemathesis.toml", "--include-path-regex")


def schemathesis_rest_others(stage: Stage) -> Outcome:
    """The same of all other paths, with organizations of its own: the halves run beside each other."""
    return _schemathesis_rest(stage, OTHERS_CONFIG, "--exclude-path-regex")


def _schemathesis_rest(stage: Stage, config: str, which: str) -> Outcome:
    return _schemathesis(stage, config, f"{stage.url}/openapi.json", "--url", stage.url, which, FIRST_HALF)


def schemathesis_graphql(stage: Stage) -> Outcome:
    """Every query and mutation the schema allows."""
    header = f"Authorization:Bearer {stage.keys['carol']}"
    url = f"{stage.url}/graphql"
    return _schemathesis(stage, "schemathesis-graphql.toml", url, "--header", header)


def _schemathesis(stage: Stage, config: str, *arguments: str) -> Outcome:
    effort = ("--max-examples", str(stage.effort.examples), "--phases", stage.effort.phases)
    command = ["--config-file", config, "run", *arguments, "--checks", "all", *effort]
    seconds = LEAST_SECONDS + SECONDS_PER_EXAMPLE * stage.effort.examples
    done = stage.run("schemathesis", *command, "--continue-on-failure", "--no-color", seconds=seconds)
    found = re.search(r"^ *(\d+ generated.*)$", done.stdout, re.MULTILINE)
    return Outcome(done.returncode == 0, found[1] if found else "it did not run", done.stdout + done.stderr)


def python_client(stage: Stage) -> Outcome:
    """A client for Python is generated without a warning, and its modules can be imported."""
    done = stage.run(
        "openapi-python-client",
        *("generate", "--path", "openapi.json", "--output-path", "touchline_client", "--meta", "none"),
        "--fail-on-warning",
    )
    if done.returncode:
        return Outcome(passed=False, score="warnings", details=done.stdout + done.stderr)
    modules = [*(stage.folder / "touchline_client").rglob("*.py")]
    imported = stage.run("python", "-c", "import touchline_client.api.people.list_people, touchline_client.models")
    return Outcome(imported.returncode == 0, f"{len(modules)} modules, 0 warnings", imported.stderr)


def openapi_document(stage: Stage) -> Outcome:
    """The document is one, by the specification's own schema."""
    done = stage.run("openapi-spec-validator", "openapi.json")
    return Outcome(done.returncode == 0, "valid" if done.returncode == 0 else "not valid", done.stdout + done.stderr)


SUITES: dict[str, Suite] = {
    "openapi-spec-validator": openapi_document,
    "openapi-python-client": python_client,
    "schemathesis": schemathesis_rest,
    "schemathesis-others": schemathesis_rest_others,
    "schemathesis-graphql": schemathesis_graphql,
}

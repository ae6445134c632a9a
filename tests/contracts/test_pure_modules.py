"""Imported in a process of their own, the pure modules bring no SQL, HTTP, settings or event loop, even indirectly."""

import json
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).parents[2]

IMPORT_ALL = """
import json, pkgutil, sys
from importlib import import_module

for name in json.loads(sys.argv[1]):
    path = getattr(import_module(name), "__path__", [])
    for inner in pkgutil.walk_packages(path, name + "."):
        import_module(inner.name)
print(json.dumps(sorted(sys.modules)))
"""


def test_pure_modules_reach_nothing_impure() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [contract] = [item for item in settings["tool"]["importlinter"]["contracts"] if item["name"].startswith("Pure")]
    command = [sys.executable, "-c", IMPORT_ALL, json.dumps(contract["source_modules"])]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = json.loads(answer.stdout)
    assert set(contract["source_modules"]) <= set(loaded)
    assert "service.statistics.survival" in loaded
    forbidden = contract["forbidden_modules"]
    assert [name for name in loaded if any(fnmatchcase(name, pattern) for pattern in forbidden)] == []

"""What the service reads beside its code is in the wheel and in the image: nothing leaves it out."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from service.api.newcomer.page import STATIC

ROOT = Path(__file__).parents[2]
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
PACKAGES = BUILD["targets"]["wheel"]["packages"]
DATA = [
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*"))
    if path.is_file() and path.suffix not in {".py", ".pyc"}
]


def test_the_wheel_takes_its_packages_whole() -> None:
    """Hatchling takes each file of them that Git does not ignore, unless something here says otherwise."""
    assert BUILD == {"targets": {"wheel": {"packages": PACKAGES}}}
    assert {path.relative_to(ROOT) for path in STATIC.iterdir()} <= {*DATA}
    assert {path.suffix for path in DATA} >= {".html", ".js", ".css", ".svg", ".graphql"}


@pytest.mark.parametrize("name", [".gitignore", ".dockerignore"])
def test_no_pattern_leaves_a_file_out(name: str) -> None:
    patterns = [line.removeprefix("**/").strip("/") for line in (ROOT / name).read_text("utf-8").split()]
    assert not [path for path in DATA for part in path.parts if any(fnmatch(part, one) for one in patterns)]


def test_the_image_is_built_from_the_same_packages() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("COPY") and line.split()[1] in PACKAGES] == [
        f"COPY {package} {package}" for package in PACKAGES
    ]

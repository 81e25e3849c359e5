from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.contract.repository import ROOT, python_imports, python_modules

FILES = ("requirements.txt", "requirements-test.txt", "requirements-node.txt", "requirements-bench.txt")
SERVED_ONLY = {"plotly", "ziamath"}  # the page gets files out of these packages


def pins(file: str) -> dict[str, str]:
    """What a file pins itself, by name."""
    lines = [line for line in (ROOT / file).read_text(encoding="utf-8").splitlines() if not line.startswith(("#", "-r "))]
    return dict(re.match(r"([\w.-]+)==([\w.]+)", line).groups() for line in lines)


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_pinned_and_says_why_it_is_there(file: str) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert [line for line in lines[1:] if line != "-r requirements.txt" and not re.fullmatch(r"[\w.-]+==[\w.]+ +# \S.{10,}", line)] == []


def test_what_stands_in_two_files_has_one_version() -> None:
    both = pins("requirements-test.txt").items() | pins("requirements-bench.txt").items() | pins("requirements.txt").items()
    assert len(both) == len({name for name, _ in both})


def test_every_package_that_the_server_imports_is_required_and_the_other_way_round() -> None:
    trees = [*python_modules("engine").values(), *python_modules("app").values()]
    imported = {name.partition(".")[0] for tree in trees for name in python_imports(tree)} - sys.stdlib_module_names - {"engine", "app"}
    known = packages_distributions()
    packages = {known[name][0].lower().replace("_", "-") for name in imported}
    assert packages - {"pydantic-core"} == pins("requirements.txt").keys() - SERVED_ONLY

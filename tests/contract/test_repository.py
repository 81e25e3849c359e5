from __future__ import annotations

import ast
import re

import pytest

from tests.contract.repository import ROOT, files, texts

KINDS = {"", ".cff", ".css", ".html", ".js", ".json", ".md", ".npz", ".png", ".py", ".service", ".svg", ".toml", ".txt", ".yaml"}
NAMES = {".dockerignore", ".gitignore", "Dockerfile", "LICENSE", "run"}
NAMESPACES = r"http://www\.w3\.org/(?:2000/svg|1999/xhtml|1998/Math/MathML)"
PACE = "tests/server/lectures/pace.py:"  # what has a pace of its own, and waits for nothing
OWN = r"http://127\.0\.0\.1:8000/"


def found(pattern: str, below: tuple[str, ...] = ("",)) -> list[str]:
    """Where a pattern occurs, except in this file, which names what it forbids."""
    own = "tests/contract/test_repository.py"
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in texts().items()
        if path.startswith(below) and path != own
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_nothing_of_others_is_copied_here() -> None:
    assert {path.name for path in files() if path.suffix not in KINDS or (not path.suffix and path.name not in NAMES)} <= NAMES
    assert not [
        path for path in files() if re.search(r"\.min\.|vendor|third.party|node_modules|plotly|axe\.", path.relative_to(ROOT).as_posix())
    ]
    assert not found(r"(?i)copyright|@license|licensed under", ("static", "templates", "engine", "app"))


def test_no_file_is_minified() -> None:
    assert not [
        path for path, text in texts().items() if path.startswith(("static", "templates")) and max(map(len, text.splitlines())) > 400
    ]


def test_the_page_loads_nothing_from_outside() -> None:
    assert not found(rf"https?://(?!{NAMESPACES[7:]}|{OWN[7:]})", ("static", "templates"))
    assert not found(r"""(?:src|href|action)\s*=\s*["']//|url\(\s*["']?(?:https?:)?//|@import\s+(?:url|["'])""", ("static", "templates"))


def test_nothing_is_left_to_do() -> None:
    assert not found(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    assert not found(
        r"importorskip|pytest\.skip|mark\.(?:skip|xfail)|pytest\.xfail|unittest\.skip|\b(?:test|it|describe)\.(?:skip|todo|only)\b",
        ("tests",),
    )


def test_no_test_sleeps() -> None:
    waits = found(r"\bsleep\(|wait_for_timeout|waitForTimeout", ("tests",))
    assert [wait for wait in waits if not wait.startswith(PACE)] == []


def test_the_repository_names_no_machine_and_no_registry() -> None:
    assert not found(r"/root/|/home/\w|/work/|/tmp/|pypi\.org|pythonhosted|npmjs")


@pytest.mark.parametrize("folder", ["engine", "app", "scripts", "tests"])
def test_every_python_module_is_read_as_the_newest_one_would(folder: str) -> None:
    modules = {path: text for path, text in texts().items() if path.startswith(f"{folder}/") and path.endswith(".py")}
    assert modules
    assert not [path for path, text in modules.items() if not reads_annotations_late(text)]


def reads_annotations_late(text: str) -> bool:
    """Only what stands before the import is parsed, with the import: that it is code, and no line of a string."""
    before, line, _ = text.partition("\nfrom __future__ import annotations\n")
    if not line:
        return text.startswith("from __future__ import annotations\n") or not ast.parse(text).body
    *_, last = ast.parse(before + line).body
    return isinstance(last, ast.ImportFrom)


def test_an_import_that_stands_in_a_string_does_not_count() -> None:
    line = "from __future__ import annotations\n"
    assert all(map(reads_annotations_late, ("", line, f'"""Says what it is."""\n\n{line}import ast\n')))
    assert not any(map(reads_annotations_late, ("import ast\n", '"""Nothing else."""\n', f"text = 'annotations'\nimport {line[5:15]}\n")))
    with pytest.raises(SyntaxError):
        reads_annotations_late(f'text = """\n{line}"""\n')

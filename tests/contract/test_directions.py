from __future__ import annotations

import ast
import posixpath
import sys

import pytest

from tests.contract.repository import (
    ROOT,
    cycle,
    javascript_imports,
    javascript_modules,
    python_imports,
    python_modules,
    without_comments,
    without_types,
)

WORLD = {"asyncio", "datetime", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "subprocess", "sys", "threading", "time"}
ROOTS = {"app/main.py", "static/js/main.js"}


def tops(tree: ast.Module) -> set[str]:
    return {name.partition(".")[0] for name in python_imports(tree)}


@pytest.mark.parametrize(("name", "tree"), python_modules("engine").items())
def test_the_engine_imports_numpy_and_the_standard_library_alone(name: str, tree: ast.Module) -> None:
    assert tops(tree) <= {"engine", "numpy"} | sys.stdlib_module_names


@pytest.mark.parametrize(("name", "tree"), python_modules("engine").items())
def test_the_engine_has_no_input_no_output_no_clock_and_no_chance_of_its_own(name: str, tree: ast.Module) -> None:
    assert not tops(tree) & WORLD
    drawn = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "np.random"}
    assert drawn <= {"Generator", "default_rng"}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"open", "print", "input"}


@pytest.mark.parametrize(("name", "tree"), python_modules("app").items())
def test_the_server_imports_the_engine_and_never_tests_or_scripts(name: str, tree: ast.Module) -> None:
    assert not tops(tree) & {"tests", *(path.stem for path in (ROOT / "scripts").glob("*.py"))}


def test_only_the_process_imports_what_puts_the_server_together() -> None:
    importers = {name for name, tree in python_modules("app").items() if "app.main" in python_imports(tree)}
    assert importers == {"app.process"}


@pytest.mark.parametrize("folder", ["engine", "app"])
def test_python_imports_form_no_circle(folder: str) -> None:
    modules = {name: without_types(tree) for name, tree in python_modules(folder).items()}
    assert not cycle({name: {other for other in python_imports(tree) if other in modules} - {name} for name, tree in modules.items()})


@pytest.fixture(scope="module")
def page() -> dict[str, set[str]]:
    """What each module of the page imports, by paths below static/js."""
    return {
        name: {posixpath.normpath(posixpath.join(posixpath.dirname(name), other)) for other in javascript_imports(source)}
        for name, source in javascript_modules().items()
    }


def test_the_page_imports_its_own_files_alone_by_relative_addresses(page: dict[str, set[str]]) -> None:
    named = {other for source in javascript_modules().values() for other in javascript_imports(source)}
    assert named
    assert all(other.startswith(("./", "../")) for other in named)
    assert set().union(*page.values()) <= page.keys()


def test_the_imports_of_the_page_form_no_circle(page: dict[str, set[str]]) -> None:
    assert not cycle(page)


def test_views_never_import_each_other(page: dict[str, set[str]]) -> None:
    views = {name for name in page if name.startswith("views/")}
    assert {name: page[name] & views for name in views if page[name] & views} == {}


def test_only_main_puts_views_together(page: dict[str, set[str]]) -> None:
    assert {name for name, others in page.items() if any(other.startswith("views/") for other in others)} == {"main.js"}


def test_every_module_of_the_page_is_used(page: dict[str, set[str]]) -> None:
    assert page.keys() - set().union(*page.values()) == {"main.js", "missing.js", "types.js"}


@pytest.mark.parametrize("path", sorted(ROOTS))
def test_what_may_see_everything_stays_short(path: str) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 100


def test_a_circle_is_found_and_named() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert not cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()})


def test_imports_are_read_from_code_and_not_from_comments() -> None:
    source = (
        'import { a } from "./a.js"; // from "./b.js"\n/** @import { C } from "./c.js" */\nconst d = () => import("./d.js"), e = "// x";\n'
    )
    assert javascript_imports(without_comments(source)) == ["./a.js", "./d.js"]
    assert '"// x"' in without_comments(source)

"""The repository as the contracts read it."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", "app", "docs", "engine", "scripts", "static", "templates", "tests")
CACHES = ("__pycache__", "_cache")
BINARY = {".png", ".npz"}


@functools.cache
def files() -> list[Path]:
    """Every file that is ours: those of the top level, and all of our folders, without what tools keep there."""
    within = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    ours = [path for path in within if not any(part.endswith(CACHES) for part in path.relative_to(ROOT).parts)]
    return sorted([*(path for path in ROOT.iterdir() if path.is_file() and path.name != ".env"), *ours])


@functools.cache
def texts() -> dict[str, str]:
    """What can be read, by its path from the top."""
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files() if path.suffix not in BINARY}


@functools.cache
def python_modules(folder: str) -> dict[str, ast.Module]:
    """Every module of a folder, by its dotted name."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    return {_dotted(path): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def python_imports(tree: ast.Module) -> Iterator[str]:
    """Whatever a module imports, dotted; from a package also the names, which may be modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def without_types(tree: ast.Module) -> ast.Module:
    """A module as it runs: what stands under TYPE_CHECKING at its top is read by type checkers alone."""
    return ast.Module([node for node in tree.body if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")], [])


@functools.cache
def javascript_modules() -> dict[str, str]:
    """Every module of the page without its comments, by its path below static/js."""
    folder = ROOT / "static" / "js"
    return {
        path.relative_to(folder).as_posix(): without_comments(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.js"))
    }


def without_comments(source: str) -> str:
    """JavaScript's code alone; what looks like a comment inside a string stays."""
    strings = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|`(?:\\.|[^`\\])*`'
    return re.sub(rf"({strings})|/\*.*?\*/|//[^\n]*", lambda found: found[1] or "", source, flags=re.DOTALL)


def javascript_imports(source: str) -> list[str]:
    """What a module names after `from`, after a bare `import`, or in `import()`."""
    return re.findall(r'(?:\bfrom\s*|\bimport\s*\(?\s*)["\']([^"\']+)["\']', source)


def cycle(arrows: Mapping[str, set[str]]) -> list[str]:
    """A way that leads back to where it began, if there is one."""
    done: set[str] = set()

    def search(node: str, way: list[str]) -> list[str]:
        if node in way:
            return [*way[way.index(node) :], node]
        if node in done:
            return []
        found = next((found for after in sorted(arrows.get(node, ())) if (found := search(after, [*way, node]))), [])
        done.add(node)
        return found

    return next((found for node in sorted(arrows) if (found := search(node, []))), [])

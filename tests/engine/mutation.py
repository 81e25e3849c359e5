"""Mutation testing: a seeded fault changes one expression or statement of the engine, in memory and for a while."""

from __future__ import annotations

import ast
import gc
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

ENGINE = Path(__file__).resolve().parents[2] / "engine"


@dataclass(frozen=True)
class Fault:
    """In `function` of the engine's file `path`, the code `old`, which must stand there exactly once, becomes `new`.

    `old` is one whole expression or statement. It is compared as a syntax tree, so layout, quotes and comments do not matter.
    A method is named `Class.method`, a function within another `outer.inner`; no name stands for the assignments of the file.
    """

    name: str
    path: str
    function: str
    old: str
    new: str

    def source(self) -> str:
        """Returns the source of the file with the fault. Raises FaultDoesNotApply unless `old` stands in the function exactly once."""
        source, tree = parsed(self.path)
        wanted = _node(self.old)
        found = [node for node in ast.walk(self._scope(tree)) if same(node, wanted)]
        if len(found) != 1:
            raise self.refusal(f"must hold {self.old!r} once. Found: {len(found)}")
        start, end = _span(source, found[0])
        both_expressions = isinstance(wanted, ast.expr) and isinstance(_node(self.new), ast.expr)
        new = f"({self.new})" if both_expressions else self.new
        return (source[:start] + new.encode() + source[end:]).decode()

    def refusal(self, why: str) -> FaultDoesNotApply:
        """Returns the error that says why the fault cannot be seeded."""
        return FaultDoesNotApply(f"{self.name}: {self.function or 'the file'} in {self.path} {why}.")

    def _scope(self, tree: ast.Module) -> ast.AST:
        scope: Any = tree
        for name in filter(None, self.function.split(".")):
            scope = next((node for node in scope.body if getattr(node, "name", None) == name), None)
            if scope is None:
                raise self.refusal("is missing")
        return scope


class FaultDoesNotApply(AssertionError):
    """The source has changed, and the fault must be written anew."""


@contextmanager
def mutated_engine(fault: Fault | None) -> Iterator[None]:
    """Seeds the fault into the imported engine, and takes it out again.

    Functions run the code that the changed file has for them; assignments of the file are made anew. Nothing else is, so what the
    engine computed from them while it was imported stays as it was. A closure must keep its free variables, or Python refuses the code.
    """
    if fault is None:
        yield
        return
    module = importlib.import_module("engine." + fault.path.removesuffix(".py").replace("/", "."))
    source = fault.source()
    with _changed_code(module, source, fault) if fault.function else _changed_names(module, source, fault):
        yield


@contextmanager
def _changed_code(module: ModuleType, source: str, fault: Fault) -> Iterator[None]:
    codes = _codes(compile(source, str(module.__file__), "exec", dont_inherit=True))
    functions = [function for name, function in _functions(module) if _within(name, fault.function) or _within(fault.function, name)]
    if not functions:
        raise fault.refusal("belongs to no function that is alive")
    originals = [function.__code__ for function in functions]
    try:
        for function in functions:
            function.__code__ = codes[_qualified_name(function.__code__)]
        yield
    finally:
        for function, original in zip(functions, originals, strict=True):
            function.__code__ = original


@contextmanager
def _changed_names(module: ModuleType, source: str, fault: Fault) -> Iterator[None]:
    pairs = zip(parsed(fault.path)[1].body, ast.parse(source).body, strict=True)
    changed = [new for old, new in pairs if not same(old, new)]
    if not all(isinstance(statement, ast.Assign | ast.AnnAssign) for statement in changed):
        raise fault.refusal("holds it in a function, which must be named")
    originals = dict(vars(module))
    try:
        exec(compile(ast.Module(changed, []), str(module.__file__), "exec", dont_inherit=True), vars(module))
        yield
    finally:
        vars(module).update(originals)


@cache
def parsed(path: str) -> tuple[bytes, ast.Module]:
    """Returns a file of the engine and its syntax tree."""
    source = (ENGINE / path).read_bytes()
    return source, ast.parse(source)


def same(one: Any, other: Any) -> bool:
    """Returns whether two syntax trees say the same; whether a name is read or written does not count."""
    if type(one) is not type(other):
        return False
    if isinstance(one, ast.AST):
        return all(same(getattr(one, field, None), getattr(other, field, None)) for field in one._fields if field != "ctx")
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@cache
def _node(code: str) -> ast.AST:
    """Returns the expression that the code is, or else the statement, or the module of several statements."""
    body = ast.parse(code).body
    if len(body) != 1:
        return ast.Module(body, [])
    return body[0].value if isinstance(body[0], ast.Expr) else body[0]


def _span(source: bytes, node: Any) -> tuple[int, int]:
    """Returns where a node begins and ends, in bytes, as the syntax tree counts its columns."""
    lines = list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))
    return lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset


def _within(inner: str, outer: str) -> bool:
    return f"{inner}.".startswith(f"{outer}.")


def _qualified_name(code: CodeType) -> str:
    return code.co_qualname.replace(".<locals>", "")


def _codes(code: CodeType) -> dict[str, CodeType]:
    """Returns the code of every function that is made by this code, by its name."""
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return {_qualified_name(each): each for each in inner} | {name: found for each in inner for name, found in _codes(each).items()}


@cache
def _functions(module: ModuleType) -> list[tuple[str, FunctionType]]:
    """Returns what the file made on import, closures among it: what is made later comes from a function that is changed itself."""
    alive = [each for each in gc.get_objects() if isinstance(each, FunctionType) and each.__code__.co_filename == module.__file__]
    return [(_qualified_name(function.__code__), function) for function in alive]

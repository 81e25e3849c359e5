"""The pages as bytes: rendered once per server, complete before any script runs."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import engine
from app.answers import Representation
from app.checked import checked, written
from app.errors import Problem, shortened
from app.files import Files
from app.languages import ENGLISH, Language
from app.limits import LIMITS, limits_document
from app.openapi import openapi
from app.presets import REVIEWS
from app.problems import FAULTS, PROBLEMS
from app.tables import page_tables
from app.traces import SceneTrace
from app.words_late import PARTS
from app.worksheets import Worksheet

ROOT = Path(__file__).resolve().parent.parent
STATIC = Files(ROOT / "static")
HTML = "text/html"
IMPORTED = re.compile(r'\bfrom "([^"]+)";')


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(ROOT / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False, "separators": (",", ":")}
    return made


def _rendered(template: str, **context: Any) -> Representation:
    static = f"static/{STATIC.fingerprint}"  # what is asked for below it never changes, and browsers keep it
    return Representation.text(_environment().get_template(template).render(context, static=static).encode(), HTML)


def index_page(language: Language = ENGLISH, lecture: bool = False, startable: bool = True) -> Representation:
    """The page itself in a language, with its tables and the scene that it opens with; as part of a lecture it waits for that one's."""
    return _index_page(language, lecture, startable, STATIC.fingerprint)


@lru_cache(maxsize=16)
def _index_page(language: Language, lecture: bool, startable: bool, _files: str) -> Representation:
    tables, badge = page_tables(language), checked().badge()
    context = {"modules": _modules(), "version": engine.__version__, "lecture": lecture, "startable": startable}
    return _rendered("index.html", language=language, tables=tables, badge=badge, **context)


@cache
def part_page(name: str, language: Language) -> Representation:
    """A part that the page does not begin with: its elements and its words, in a language; a problem if there is none of this name."""
    if name not in PARTS:
        raise Problem("not-found", f"The page has no part of this name. Received: {shortened(name)}. Its parts are {', '.join(PARTS)}.")
    template = _environment().get_template(f"parts/{name}.html")
    html = template.render(w=language.words, tables={"limits": limits_document(), "reviews": REVIEWS})
    words = {key: sentence for key, sentence in language.words.items() if key.startswith(f"{name}.")}
    body = json.dumps({"html": html, "words": words}, ensure_ascii=False)
    return Representation.text(body.encode(), "application/json")


def _modules() -> list[str]:
    """Every module that the page begins with, so that the browser need not find them one behind another; not what is brought later."""
    root = ROOT / "static" / "js" / "main.js"
    found, ahead = {root}, [root]
    while ahead:
        source = ahead.pop()
        named = {(source.parent / name).resolve() for name in IMPORTED.findall(source.read_text(encoding="utf-8"))}
        ahead += named - found
        found |= named
    return sorted(path.relative_to(ROOT / "static").as_posix() for path in found - {root})


def missing_page(language: Language, base: str) -> Representation:
    """The page for what is not found; `base` leads from its address to the start."""
    return _missing_page(language, base, STATIC.fingerprint)


@lru_cache(maxsize=64)
def _missing_page(language: Language, base: str, _files: str) -> Representation:
    return _rendered("missing.html", w=language.words, language=language.code, base=base)


@cache
def checked_page() -> Representation:
    """What the engine was checked against, made from the record of a run of the tests."""
    return _rendered("checked.html", checked=checked(), written=written)


@lru_cache(maxsize=1)
def docs_page(app: FastAPI) -> Representation:
    """The documentation of the API, made from its OpenAPI document and our tables."""
    return _rendered("docs.html", openapi=openapi(app), problems=PROBLEMS, faults=FAULTS, limits=LIMITS)


def worksheet_page(language: Language, trace: SceneTrace) -> Representation:
    """A scene on paper, to be computed by hand, and its solution, in a language."""
    return _rendered("worksheet.html", sheet=Worksheet(trace), w=language.words, language=language.code, base="../")

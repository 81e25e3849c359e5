"""The parts of the OpenAPI document that types alone do not say: schemas of bodies, and a problem for everything that can go wrong."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.dataset_tables import Table
from app.datasets import DataSet
from app.documents import DOCUMENTS, Document, ProblemDocument
from app.errors import PROBLEM_TYPE
from app.gradient_documents import GRADIENT_DOCUMENTS
from app.lectures.commands import CommandDocument, Device, Exchange, Participant, Start, Vote
from app.lectures.documents import LECTURE_DOCUMENTS
from app.lectures.plans import Plan
from app.presets import REVIEWS
from app.problems import PROBLEMS
from app.scenes import Scene, default_scene

REFERENCE = "#/components/schemas/{model}"
EVERYWHERE = ("wrong-host", "internal")  # and an unknown address or method, which no route answers

Responses = dict[int | str, dict[str, Any]]


def reference(model: type) -> dict[str, str]:
    """Where the schema of a document stands."""
    return {"$ref": REFERENCE.format(model=model.__name__)}


def document_of(model: type[Document]) -> dict[str, Any]:
    """An answer in JSON."""
    return {"description": model.__doc__, "content": {"application/json": {"schema": reference(model)}}}


def body_of(model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """A body in JSON."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": reference(model), "example": example}}}}


def responses(well: dict[str, Any], *names: str, status: int = 200) -> Responses:
    """What a route answers when all is well, and its problems by status; those that every route has come with them."""
    by_status: Responses = {status: well}
    for name in (*names, *EVERYWHERE):
        kind = PROBLEMS[name]
        known = by_status.setdefault(kind.status, {"description": kind.title, "content": PROBLEM, "x-problems": []})
        known["x-problems"].append(name)
    return by_status


UNCHANGED = {"description": "Nothing has changed since the answer whose ETag If-None-Match names"}
PROBLEM = {PROBLEM_TYPE: {"schema": reference(ProblemDocument)}}
SCENE = {"description": "The scene in its canonical form", "content": {"application/json": {"schema": reference(Scene)}}}
JSON_SCENE = body_of(Scene, default_scene().document())
JSON_DATASET = body_of(DataSet, {"examples": REVIEWS})
JSON_TABLE = body_of(Table, {"text": "cat mat rat, 1\nrat rat mat, 0"})
JSON_COMMAND = body_of(CommandDocument, {"id": "7f3a", "fence": 1, "kind": "view", "body": {"view": {"step": "7"}}})
BODIES: tuple[type[BaseModel], ...] = (Scene, DataSet, Table, Start, Device, Exchange, CommandDocument, Participant, Vote, Plan)


def openapi(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, servers=app.servers, routes=app.routes)
        models: tuple[type[BaseModel], ...] = (*DOCUMENTS, *GRADIENT_DOCUMENTS, *LECTURE_DOCUMENTS, *BODIES)
        _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=REFERENCE)
        document["components"] = {"schemas": schemas["$defs"]}
        for methods in document["paths"].values():
            for method, operation in methods.items():
                operation["responses"] = _completed(method, operation["responses"])
        app.openapi_schema = document
    return app.openapi_schema


def _completed(method: str, answers: dict[str, Any]) -> dict[str, Any]:
    """By status; with 304 where If-None-Match is heard; without the framework's own error, which never leaves this server."""
    ours = {status: answer for status, answer in answers.items() if "HTTPValidationError" not in str(answer)}
    unchanged = {"304": UNCHANGED} if method == "get" else {}
    return dict(sorted((ours | unchanged).items()))

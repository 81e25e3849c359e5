from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response

from app.answers import REVALIDATE, Representation, answer
from app.computing import json_answer
from app.counting import reading_bytes
from app.dataset_tables import dataset_of_table
from app.datasets import DataSet
from app.documents import DataSetsDocument, PredictionsDocument, StoredDataSetDocument, TableDocument, TrainingDocument
from app.events import EVENTS_TYPE, event_stream
from app.learning import batches, training_of
from app.limits import most
from app.openapi import JSON_DATASET, JSON_SCENE, JSON_TABLE, document_of, reference, responses
from app.policies import BodyDep
from app.routes.traces import ID_PROBLEMS, SCENE_PROBLEMS, SceneDep
from app.services import ServicesDep
from app.shipped_datasets import SHIPPED, shipped
from app.trainings import Training

router = APIRouter(tags=["trainings"])

EVENTS = {"description": "Server-sent events, up to the end", "content": {EVENTS_TYPE: {"schema": {"type": "string"}}}}
BODY_PROBLEMS = ("malformed-json", "body-too-large", "unsupported-media-type", "cross-site", "busy", "storage")

DATASET = {"description": "The data set", "content": {"application/json": {"schema": reference(DataSet)}}}
Epochs = Annotated[int, Query(ge=1, le=most("epochs"), description="how many more epochs, after the last whole one of the scene")]


@router.get("/api/datasets", responses=responses(document_of(DataSetsDocument)))
async def get_datasets(request: Request) -> Response:
    """The data sets that come with Unrolled."""
    documents = [{"name": each.name, "source": each.source, **described(shipped()[each.name])} for each in SHIPPED]
    return answer(request, json_answer({"datasets": documents}), REVALIDATE)


@router.post(
    "/api/datasets", responses=responses(document_of(StoredDataSetDocument), "invalid-dataset", *BODY_PROBLEMS), openapi_extra=JSON_DATASET
)
async def post_dataset(request: Request, body: BodyDep, services: ServicesDep) -> Response:
    """Keep a data set, so that scenes can learn from it by its id."""
    dataset = await services.pool.compute(reading_bytes(len(body)), DataSet.parse, body)
    await services.datasets.put(dataset)
    return answer(request, json_answer(described(dataset)), REVALIDATE)


@router.post(
    "/api/datasets/table",
    responses=responses(document_of(TableDocument), "invalid-dataset", "invalid-parameter", *BODY_PROBLEMS),
    openapi_extra=JSON_TABLE,
)
async def post_table(request: Request, body: BodyDep, services: ServicesDep) -> Response:
    """Keep a data set that is written as a table: in every row a sentence, and in its last column the label."""
    dataset, heading = await services.pool.compute(reading_bytes(len(body)), dataset_of_table, body)
    await services.datasets.put(dataset)
    return answer(request, json_answer(described(dataset) | {"heading": heading}), REVALIDATE)


@router.get("/api/datasets/{dataset_id}", responses=responses(document_of(StoredDataSetDocument), "unknown-dataset", "busy", "storage"))
async def get_dataset(request: Request, dataset_id: str, services: ServicesDep) -> Response:
    """What is said of a data set that is known here."""
    return answer(request, json_answer(described(await services.datasets.get(dataset_id))), REVALIDATE)


@router.get("/api/datasets/{dataset_id}/examples", responses=responses(DATASET, "unknown-dataset", "busy", "storage"))
async def get_examples(request: Request, dataset_id: str, services: ServicesDep) -> Response:
    """The examples of a data set that is known here."""
    dataset = await services.datasets.get(dataset_id)
    cost = reading_bytes(len(dataset.canonical))
    written = await services.cache.get(("examples", dataset_id), lambda: services.pool.compute(cost, _examples, dataset))
    return answer(request, written, REVALIDATE)


def _examples(dataset: DataSet) -> Representation:
    return json_answer(dataset.model_dump(mode="json"))


@router.post(
    "/api/trainings",
    responses=responses(
        document_of(TrainingDocument),
        *SCENE_PROBLEMS,
        "unknown-dataset",
        "invalid-dataset",
        "no-training",
        "invalid-parameter",
        "cross-site",
        "busy",
        "storage",
    ),
    openapi_extra=JSON_SCENE,
)
async def start_training(request: Request, scene: SceneDep, services: ServicesDep, epochs: Epochs) -> Response:
    """Train a scene with the data set that it names, from its last whole epoch on."""
    dataset = await services.datasets.get(training_of(scene).dataset)
    first = training_of(scene).updates // batches(scene, dataset)
    await services.lessons.require_fitting(scene, dataset, first + epochs)
    training = services.trainings.start(scene, dataset, first, first + epochs)
    return _told(request, training)


@router.get("/api/trainings/{training_id}/events", responses=responses(EVENTS, "unknown-training", "invalid-parameter"))
async def follow_training(
    training_id: str, services: ServicesDep, last_event_id: Annotated[int, Header(ge=0, le=most("updates"))] = 0
) -> Response:
    """What a training tells, from where this listener left off. Nobody listening for a while ends it."""
    return event_stream(services.trainings.get(training_id).log.follow(last_event_id))


@router.delete("/api/trainings/{training_id}", responses=responses(document_of(TrainingDocument), "unknown-training", "cross-site"))
async def stop_training(request: Request, training_id: str, services: ServicesDep) -> Response:
    """End a training; its epochs so far stay."""
    training = services.trainings.get(training_id)
    training.end("stopped")
    return _told(request, training)


@router.get(
    "/api/traces/{scene_id}/predictions",
    responses=responses(document_of(PredictionsDocument), *ID_PROBLEMS, "unknown-dataset", "no-training", "busy", "storage"),
)
async def get_predictions(request: Request, scene_id: Annotated[str, Path()], services: ServicesDep) -> Response:
    """What a trained scene says of every example of its data set."""
    return answer(request, await services.computing.predictions(scene_id), REVALIDATE)


def _told(request: Request, training: Training) -> Response:
    document = {"id": training.log.id, "first": training.first, "last": training.last, "batches": training.batches}
    return answer(request, json_answer(document), REVALIDATE)


def described(dataset: DataSet) -> dict[str, object]:
    """What is said of a data set without its examples."""
    lengths = [len(example.sentence) for example in dataset.examples]
    sequences = any(isinstance(example.label, tuple) for example in dataset.examples)
    return {
        "id": dataset.id,
        "examples": len(dataset.examples),
        "vocabulary": dataset.vocabulary,
        "timesteps": {"min": min(lengths), "max": max(lengths)},
        "label_per_timestep": sequences,
        "first": dataset.examples[0].model_dump(mode="json"),
    }

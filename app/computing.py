"""From a scene to its trace and to the terms of its numbers: computed in the pool, kept in the cache, known by the store."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from app.answers import QUICK, Representation
from app.counting import SMALL, reading_cost, scene_cost
from app.errors import Problem
from app.layout import encoded
from app.lessons import Lessons
from app.predictions import AT_ONCE as PREDICTED_AT_ONCE
from app.predictions import predictions, rows_of_words
from app.scenes import Scene, parse_scene
from app.store import FRESH, Store
from app.traces import SceneTrace, Taught, run
from app.work import Cache, Pool
from engine import Sequential

TRACE_TYPE = "application/vnd.safetensors"
REMEMBERED = 1_000  # scenes that were stored lately
OVERHEAD = 64 * 2**10  # bytes of a model, its layers and their views, beside their numbers

AT_ONCE = 64  # entries of a list that are encoded at once: json holds on to the interpreter until it is done

TURN = 256 * 2**10  # bytes of an explanation: some 30 ms
PREDICTING = SMALL._replace(numbers=2 * PREDICTED_AT_ONCE)

Rows = Callable[[Scene], Iterable[int]]  # rows of the embedding that something reads beside those of the sentence, from 0


@dataclass(frozen=True, slots=True)
class Computed:
    """A trace, as arrays and as it is sent."""

    trace: SceneTrace
    sent: Representation

    @property
    def size(self) -> int:
        """What it costs to keep, in bytes: its arrays, and the bytes that are sent."""
        return array_bytes(self.trace) + self.sent.size + OVERHEAD


def array_bytes(value: Any) -> int:
    """The bytes of all memory that arrays in this value, however deep, hold on to."""
    return sum({id(memory): memory.nbytes for memory in _memories(value)}.values())


def _memories(value: Any) -> Iterator[np.ndarray]:
    """The arrays that own the numbers; a view counts as the whole that it is a view of."""
    if isinstance(value, np.ndarray):
        while isinstance(value.base, np.ndarray):
            value = value.base
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _memories(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _memories(part)
    elif isinstance(value, Sequential):
        yield from _memories(value.layers)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _memories(getattr(value, field.name))


def compute(scene: Scene, taught: Taught | None = None) -> Computed:
    """The trace of a scene after its training, found finite and hashed."""
    trace = run(scene, taught)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found where it is written
        return Computed(trace, Representation.binary(encoded(trace), TRACE_TYPE))


class Computing:
    """Everything that is computed goes through here."""

    def __init__(self, store: Store, cache: Cache, pool: Pool, lessons: Lessons) -> None:
        self._lessons = lessons
        self._store = store
        self._cache = cache
        self._pool = pool
        self._stored: OrderedDict[str, float] = OrderedDict()  # when scenes were stored lately, by their ids

    async def trace(self, scene: Scene, transient: bool = False) -> Computed:
        """The trace of a scene. Once it is answered, the scene is known by its id, unless it is transient."""
        computed = await self._cache.get(("trace", scene.id), lambda: self._compute(scene))
        if not transient:
            await self._keep(scene)
        return computed

    async def trace_by_id(self, scene_id: str) -> Computed:
        """The trace of a scene that is known here."""
        return await self._cache.get(("trace", scene_id), lambda: self._again(scene_id))

    async def scene(self, scene_id: str) -> bytes:
        """The canonical JSON of a scene that is known here."""
        canonical = await self._store.get(scene_id)
        if canonical is None:
            raise Problem("unknown-scene", "No scene with this id was ever computed here. Send the scene itself to POST /api/traces.")
        return canonical

    async def needed(self, scene_id: str) -> None:
        """404 unless the scene is known here. A lecture is about to name it, so it is not forgotten meanwhile."""
        await self.scene(scene_id)
        await self._store.refresh([scene_id])

    async def explanation(
        self, scene_id: str, place: tuple[Any, ...], explain: Callable[[SceneTrace], Any], rows: Rows | None = None
    ) -> Representation:
        """What explain says about a place of a trace, as JSON that is written in many turns."""
        trace = (await self.trace_by_id(scene_id)).trace

        async def make() -> Representation:
            whole = await self._with_rows(trace, rows)
            return await self._pool.compute_in_turns(SMALL, in_turns(explain(whole) for _ in range(1)))

        return await self._cache.get((scene_id, "explanation", *place), make)

    async def made(
        self, scene_id: str, what: tuple[Any, ...], make: Callable[[SceneTrace], Representation], rows: Rows | None = None
    ) -> Representation:
        """What make makes of the trace of a scene that is known here; kept by what it is."""
        trace = (await self.trace_by_id(scene_id)).trace

        async def made() -> Representation:
            return await self._pool.compute(reading_cost(trace.scene), make, await self._with_rows(trace, rows))

        return await self._cache.get((scene_id, *what), made)

    async def predictions(self, scene_id: str) -> Representation:
        """What a trained scene says of the examples that it learns from: some of them in each turn."""
        dataset = await self._lessons.dataset_of(parse_scene(await self.scene(scene_id)))
        trace = (await self.trace_by_id(scene_id)).trace

        async def make() -> Representation:
            whole = await self._with_rows(trace, lambda scene: rows_of_words(scene, dataset))
            return await self._pool.compute_in_turns(PREDICTING, in_turns(predictions(whole, dataset)))

        return await self._cache.get((scene_id, "predictions"), make)

    async def _with_rows(self, trace: SceneTrace, rows: Rows | None) -> SceneTrace:
        """The trace, computed anew where it has not all rows of the embedding that are read."""
        scene = trace.scene
        also = set(rows(scene) if rows else ()) - set(trace.rows or ())
        if not also:
            return trace
        taught = await self._lessons.taught(scene)
        return await self._pool.compute(scene_cost(scene, len(also)), run, scene, taught, also)

    async def _keep(self, scene: Scene) -> None:
        """Stores the scene. One that was stored a moment ago is among the newest, and still there."""
        now = time.monotonic()
        if now - self._stored.get(scene.id, -FRESH) < FRESH:
            return
        await self._store.put(scene.id, scene.canonical, dataset=scene.dataset)
        self._stored[scene.id] = now
        self._stored.move_to_end(scene.id)
        if len(self._stored) > REMEMBERED:
            self._stored.popitem(last=False)

    async def _compute(self, scene: Scene) -> Computed:
        return await self._pool.compute(scene_cost(scene), compute, scene, await self._lessons.taught(scene))

    async def _again(self, scene_id: str) -> Computed:
        return await self._compute(parse_scene(await self.scene(scene_id)))


def json_answer(document: Any) -> Representation:
    """The document as compact JSON; a number that is not finite raises before a byte leaves."""
    return Representation.text(b"".join(piece.encode() for piece in json_pieces(document)), "application/json", QUICK)


def in_turns(documents: Iterable[Any]) -> Iterator[Representation | None]:
    """The document as compact JSON. None after each turn, which is so much of its text, or a None in place of the document."""
    for document in documents:
        if document is None:
            yield None
            continue
        written, since = bytearray(), 0
        for piece in map(str.encode, json_pieces(document)):
            written += piece
            since += len(piece)
            if since > TURN:
                since = 0
                yield None
        yield Representation.text(bytes(written), "application/json", QUICK)


def json_pieces(value: Any) -> Iterator[str]:
    """The value as compact JSON, in pieces of which each is made without a break for other threads. An iterator is written as a list."""
    if isinstance(value, dict):
        for place, (name, part) in enumerate(value.items()):
            yield f"{',' if place else '{'}{_dumped(name)}:"
            yield from json_pieces(part)
        yield "}" if value else "{}"
    elif isinstance(value, Iterator):
        yield from _listed(map(_dumped, value))
    elif isinstance(value, list | tuple) and len(value) > AT_ONCE:
        yield from _listed(_dumped(value[start : start + AT_ONCE])[1:-1] for start in range(0, len(value), AT_ONCE))
    elif isinstance(value, list | tuple) and any(isinstance(part, dict) for part in value):
        yield from _listed("".join(json_pieces(part)) for part in value)
    else:
        yield _dumped(value)


def _listed(parts: Iterable[str]) -> Iterator[str]:
    empty = True
    for part in parts:
        yield f"{'[' if empty else ','}{part}"
        empty = False
    yield "[]" if empty else "]"


def _dumped(value: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))

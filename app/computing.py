"""From a scene to its trace and to the terms of its numbers: computed in the pool, kept in the cache, known by the store."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.answers import QUICK, Representation
from app.errors import Problem
from app.layout import encoded
from app.lessons import Lessons
from app.predictions import predictions
from app.scenes import Scene, parse_scene
from app.store import FRESH, Store
from app.traces import SceneTrace, Taught, run
from app.work import Cache, Pool

TRACE_TYPE = "application/vnd.safetensors"
REMEMBERED = 1_000  # scenes that were stored lately
OVERHEAD = 64 * 2**10  # bytes of a model, its layers and their views, beside their numbers


@dataclass(frozen=True, slots=True)
class Computed:
    """A trace, as arrays and as it is sent."""

    trace: SceneTrace
    sent: Representation

    @property
    def size(self) -> int:
        """What it costs to keep, in bytes: every number stands in an array, and once more in the bytes."""
        return 2 * self.sent.size + OVERHEAD


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

    async def explanation(self, scene_id: str, place: tuple[Any, ...], explain: Callable[[SceneTrace], Any]) -> Representation:
        """What explain says about a place of a trace, as JSON."""
        return await self.made(scene_id, ("explanation", *place), lambda trace: json_answer(explain(trace)))

    async def made(self, scene_id: str, what: tuple[Any, ...], make: Callable[[SceneTrace], Representation]) -> Representation:
        """What make makes of the trace of a scene that is known here; kept by what it is."""
        computed = await self.trace_by_id(scene_id)
        return await self._cache.get((scene_id, *what), lambda: self._pool.run(make, computed.trace))

    async def predictions(self, scene_id: str) -> Representation:
        """What a trained scene says of the examples that it learns from."""
        dataset = await self._lessons.dataset_of(parse_scene(await self.scene(scene_id)))
        return await self.made(scene_id, ("predictions",), lambda trace: json_answer(predictions(trace, dataset)))

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
        return await self._pool.run(compute, scene, await self._lessons.taught(scene))

    async def _again(self, scene_id: str) -> Computed:
        return await self._compute(parse_scene(await self.scene(scene_id)))


def json_answer(document: Any) -> Representation:
    """The document as compact JSON; a number that is not finite raises before a byte leaves."""
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return Representation.text(text.encode(), "application/json", QUICK)

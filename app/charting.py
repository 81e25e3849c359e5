"""Charts of scenes that are known here, and their tables: drawn in the pool, kept in the cache."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from app.answers import Representation
from app.charts.pen import Pen
from app.charts.sheet import Chart
from app.charts.table import OF_A_SCENE, OVER_EPOCHS, require_chart
from app.computing import Computing, json_answer
from app.counting import reading_cost
from app.histories import Past
from app.lessons import Lessons
from app.scene_fields import EmbeddingLayer
from app.scenes import Scene, parse_scene
from app.traces import SceneTrace
from app.work import Cache, Pool

HISTOGRAM = "histogram"  # the chart that shows every number of every weight

Part = Literal["figure", "table"]


class Charts:
    """Figures and tables by the names of charts."""

    def __init__(self, computing: Computing, lessons: Lessons, cache: Cache, pool: Pool) -> None:
        self._computing, self._lessons, self._cache, self._pool = computing, lessons, cache, pool

    async def get(self, name: str, scene_id: str, pen: Pen, part: Part) -> Representation:
        """A chart's figure or its table; without either where there is no training to draw."""
        require_chart(name)
        what = ("chart", name, part, pen.language.code, pen.theme)
        if name in OF_A_SCENE:
            return await self._computing.made(
                scene_id, what, partial(_of_a_scene, name, pen, part), every_row if name == HISTOGRAM else None
            )
        return await self._cache.get((scene_id, *what), lambda: self._over_epochs(name, scene_id, pen, part))

    async def _over_epochs(self, name: str, scene_id: str, pen: Pen, part: Part) -> Representation:
        scene = parse_scene(await self._computing.scene(scene_id))
        return await self._pool.compute(reading_cost(scene), _of_a_training, name, scene, await self._lessons.past(scene), pen, part)


def every_row(scene: Scene) -> range:
    """All rows of the embedding, of which a histogram counts the numbers."""
    lowest = scene.layers[0]
    return range(lowest.input_dim if isinstance(lowest, EmbeddingLayer) else 0)


def _of_a_scene(name: str, pen: Pen, part: Part, trace: SceneTrace) -> Representation:
    return json_answer(document(name, trace.scene, OF_A_SCENE[name](trace, pen), pen, part))


def _of_a_training(name: str, scene: Scene, past: Past, pen: Pen, part: Part) -> Representation:
    chart = OVER_EPOCHS[name](scene, past, pen) if past.records else None
    return json_answer(document(name, scene, chart, pen, part))


def document(name: str, scene: Scene, chart: Chart | None, pen: Pen, part: Part) -> dict[str, Any]:
    """What is answered; without a chart its title alone."""
    said = {"name": name, "scene": scene.id, "title": chart.title if chart else pen.say(f"chart.{name}")}
    if part == "figure":
        return {**said, "figure": chart.figure if chart else None}
    return {**said, "header": list(chart.header) if chart else [], "rows": list(chart.rows) if chart else []}

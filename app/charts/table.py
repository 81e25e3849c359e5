"""Every chart by its name, and what the page says around charts."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from app.charts.of_a_scene import histogram, path, singular, states
from app.charts.over_epochs import gradients, loss, weights
from app.charts.pen import Pen
from app.charts.sheet import Chart
from app.errors import Problem, shortened
from app.histories import Past
from app.languages import Language
from app.scenes import Scene
from app.traces import SceneTrace

OVER_EPOCHS: dict[str, Callable[[Scene, Past, Pen], Chart]] = {"loss": loss, "weights": weights, "gradients": gradients}
OF_A_SCENE: dict[str, Callable[[SceneTrace, Pen], Chart]] = {"states": states, "path": path, "histogram": histogram, "singular": singular}
CHARTS = (*OVER_EPOCHS, *OF_A_SCENE)

AROUND = (  # what the page says around a chart: these words come with the list of charts, not with the page
    "chart",
    "chart.loading",
    "chart.untrained",
    "chart.table",
    "chart.save",
    "chart.rows",
    "chart.zoom",
    "chart.pan",
    "chart.zoom.in",
    "chart.zoom.out",
    "chart.reset",
)


def script_name() -> str:
    """What the charts' library is called here: with its version, so that a browser may keep it for ever."""
    return f"charts-{version('plotly')}.js"


def charts_document(language: Language) -> dict[str, Any]:
    """All charts with their titles, where their library is, and the words around them."""
    return {
        "script": f"charts/{script_name()}",
        "charts": [{"name": name, "title": language.words[f"chart.{name}"], "training": name in OVER_EPOCHS} for name in CHARTS],
        "words": {key.removeprefix("chart."): language.words[key] for key in AROUND},
    }


def require_chart(name: str) -> None:
    """A problem unless there is a chart of this name."""
    if name not in CHARTS:
        raise Problem("unknown-chart", f"The charts are {', '.join(CHARTS)}. Received: {shortened(name)}.")

"""A figure under way: panels in rows and columns, each with its axes, its heading and what is drawn in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.charts.pen import Pen

Figure = dict[str, Any]

PANEL = 230  # px: the height of a panel, if there are several
ALONE = 380  # px: and of one that stands alone
GAP = 84  # px between two rows of panels: an axis with its title, and the next heading
SIDE = 0.14  # of the width, between two columns
STANDOFF = 6  # px between the numbers of an axis and its title
EACH = 12  # so many whole numbers each have a tick
MARGIN = {"l": 64, "r": 20, "t": 64, "b": 56}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and, as its accessible twin, the table of the same numbers."""

    title: str
    figure: Figure
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]


class Sheet:
    """Draws a figure of so many rows and columns of panels."""

    def __init__(self, pen: Pen, title: str, rows: int = 1, columns: int = 1) -> None:
        self._pen = pen
        self._title = title
        self._columns = columns
        self._panel = PANEL if rows > 1 else ALONE
        self._room = rows * self._panel + (rows - 1) * GAP
        self._data: list[Figure] = []
        self._axes: Figure = {}
        self._notes: list[Figure] = []
        self._shapes: list[Figure] = []
        self._extra: Figure = {}

    def panel(self, heading: str, x: Figure, y: Figure, row: int = 0, column: int = 0) -> Figure:
        """A panel, rows counted from the top; what is drawn with the answer stands in it."""
        number = "" if not self._axes else str(len(self._axes) // 2 + 1)
        top = 1 - row * (self._panel + GAP) / self._room
        width = (1 - (self._columns - 1) * SIDE) / self._columns
        left = column * (width + SIDE)
        across, up = [left, min(1.0, left + width)], [max(0.0, top - self._panel / self._room), top]
        self._axes[f"xaxis{number}"] = self._axis() | {"domain": across, "anchor": f"y{number}"} | x
        self._axes[f"yaxis{number}"] = self._axis() | {"domain": up, "anchor": f"x{number}"} | y
        if heading:
            place = {"x": left, "y": top, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "yshift": 3}
            self._notes.append({"text": heading, "showarrow": False, "font": {"color": self._pen.colour("muted")}, **place})
        return {"xaxis": f"x{number}", "yaxis": f"y{number}"}

    def draw(self, panel: Figure, **trace: Any) -> None:
        """Something in a panel."""
        self._data.append({**trace, **panel})

    def level(self, panel: Figure, height: float) -> None:
        """A line at a height, through a whole panel."""
        line = {"color": self._pen.colour("muted"), "width": 1, "dash": "dot"}
        span = {"x0": 0, "x1": 1, "xref": f"{panel['xaxis']} domain", "y0": height, "y1": height, "yref": panel["yaxis"]}
        self._shapes.append({"type": "line", "line": line, "layer": "below", **span})

    def lay_out(self, **extra: Any) -> None:
        """What else the figure as a whole is told."""
        self._extra |= extra

    def figure(self) -> Figure:
        """As Plotly reads it: without a ground of its own, so that it stands on the page's."""
        pen, clear = self._pen, "rgba(0,0,0,0)"
        layout = {
            "title": {"text": self._title, "x": 0, "xref": "paper", "xanchor": "left", "font": {"size": 15}},
            "height": self._room + MARGIN["t"] + MARGIN["b"],
            "margin": MARGIN,
            "font": {"family": pen.font, "size": 12, "color": pen.colour("ink")},
            "paper_bgcolor": clear,
            "plot_bgcolor": clear,
            "hoverlabel": {
                "bgcolor": pen.colour("surface"),
                "bordercolor": pen.colour("line"),
                "font": {"family": pen.font, "color": pen.colour("ink")},
            },
            "modebar": {"bgcolor": clear, "color": pen.colour("muted"), "activecolor": pen.colour("ink")},
            "legend": {"orientation": "h", "x": 1, "y": 1, "xanchor": "right", "yanchor": "bottom", "bgcolor": clear},
            "annotations": self._notes,
            "shapes": self._shapes,
        }
        return {"data": self._data, "layout": layout | self._axes | self._extra}

    def _axis(self) -> Figure:
        pen = self._pen
        return {
            "gridcolor": pen.colour("hair"),
            "linecolor": pen.colour("line"),
            "zerolinecolor": pen.colour("line"),
            "automargin": True,
            "exponentformat": "power",
        }


def axis(title: str, **options: Any) -> Figure:
    """An axis with its title."""
    return {"title": {"text": title, "standoff": STANDOFF}, **options}


def whole(title: str, last: int, **options: Any) -> Figure:
    """An axis that counts up to here: no ticks between its whole numbers."""
    return axis(title, **({"dtick": 1} if last <= EACH else {}), **options)

"""What charts are drawn with: the page's words in a language, and the colours of its style sheet in a theme."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from app.languages import Language

Theme = Literal["light", "dark"]

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
THEMES: dict[Theme, str] = {"light": ":root", "dark": '[data-theme="dark"]'}
STEP = 0.2  # of the way to the ink, from one layer to the next
FARTHEST = 0.65  # the last of many layers still has its phase's hue
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


@cache
def tokens(theme: Theme) -> dict[str, str]:
    """The custom properties of the style sheet; what a theme leaves as it is comes from the first rule."""
    style = TOKENS.read_text(encoding="utf-8")
    rules = [style.partition(f"\n{selector} {{")[2].partition("\n}")[0] for selector in (THEMES["light"], THEMES[theme])]
    return {name: value for rule in rules for name, value in re.findall(r"--([\w-]+): ([^;]+);", rule)}


@dataclass(frozen=True, slots=True)
class Pen:
    """A language and a theme."""

    language: Language
    theme: Theme

    def say(self, key: str, **values: Any) -> str:
        """A sentence of the table, filled in."""
        return self.language.words[key].format(**values)

    def layer(self, name: str) -> str:
        """What a layer is called: by its number, or as what it is for."""
        return self.say("chart.layer", layer=name) if name.isdecimal() else self.say(f"chart.{name}")

    def colour(self, name: str) -> str:
        """A colour by its name in the style sheet."""
        return tokens(self.theme)[name]

    @property
    def font(self) -> str:
        """The fonts of the page's text."""
        return tokens(self.theme)["sans"]

    @property
    def signs(self) -> list[tuple[float, str]]:
        """The scale from orange to blue, as a colour scale from 0 to 1."""
        colours = re.findall(r"#\w+", tokens(self.theme)["signs"])
        return [(place / (len(colours) - 1), colour) for place, colour in enumerate(colours)]

    def lines(self, name: str, count: int) -> list[dict[str, str]]:
        """So many lines of one phase that can be told apart, by shade and, for those who see no shades, by their dashes."""
        start, ink = (np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) for colour in (self.colour(name), self.colour("ink")))
        shares = np.linspace(0, min(FARTHEST, STEP * (count - 1)), count)
        mixed = [np.rint(start + share * (ink - start)).astype(int) for share in shares]
        return [
            {"color": "#" + "".join(f"{part:02x}" for part in colour), "dash": DASHES[place % len(DASHES)]}
            for place, colour in enumerate(mixed)
        ]


def plain(text: str) -> str:
    """A person's word as a chart shows it: its signs are no markup."""
    return html.escape(text, quote=False)


def hover(*lines: tuple[str, str]) -> str:
    """What is said of a point: what each number is, and the number."""
    return "<br>".join(f"{what}: {number}" for what, number in lines) + "<extra></extra>"

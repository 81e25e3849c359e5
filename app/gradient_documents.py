"""The JSON of the gradient laboratory, described for the OpenAPI document; tests hold the answers to it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from app.documents import Document

Place = Annotated[list[int], Field(min_length=2, max_length=2)]
Point = Annotated[list[float], Field(min_length=2, max_length=2)]


class MeterDocument(Document):
    """One gate's part of a recurrent kernel, and what its size says of the gradient (Pascanu, Mikolov and Bengio 2013)."""

    gate: str = Field(description="its pre-activation: a, a_i, a_f, a_g, a_o, a_z, a_r, a_n")
    singular_value: float = Field(description="the largest")
    spectral_radius: float
    threshold: float | None = Field(description="1 over the steepest slope of the activation; null for a gate")
    verdict: Literal["vanishes", "cannot_explode", "may_explode", "gated"]


class LayerGradientDocument(Document):
    """Norms of dL/dh_t, from timestep 1 on, and of its two parts."""

    layer: str
    type: str
    units: int
    norms: list[float]
    from_depth: list[float]
    from_time: list[float]
    meters: list[MeterDocument]


class WeightNormDocument(Document):
    """How long the gradient of a weight is, before and after the clipping that the optimizer asks for."""

    layer: str
    name: str
    norm: float
    clipped: float


class GradientsDocument(Document):
    """How large the gradient is in every cell of a scene."""

    scene: str
    timesteps: int
    loss: float
    layers: list[LayerGradientDocument] = Field(description="from the bottom up")
    weights: list[WeightNormDocument]


class KindsDocument(Document):
    """One network with three kinds of cells."""

    networks: list[GradientsDocument] = Field(description="the scene, then an LSTM in place of every recurrent layer, then a GRU")


class PathDocument(Document):
    """What a path of cells makes of the gradient that arrives at its last one. Norms count h, and of an LSTM c as well."""

    cells: list[Place] = Field(description="layer and timestep, earliest first")
    gains: list[float] = Field(description="the largest singular value of the Jacobian of each step")
    singular_values: list[float] = Field(description="of the product of all Jacobians, falling")
    arriving: float = Field(description="norm of the gradient at the last cell")
    carried: float = Field(description="norm of what comes of it to the first cell by this path alone")
    whole: float = Field(description="norm of the gradient at the first cell, by all paths")


class StrongestPathDocument(Document):
    """Of all paths from the loss to a cell the one that carries the longest gradient. Norms count h, and of an LSTM c as well."""

    cells: list[Place] = Field(description="layer and timestep, from the chosen cell to the one where the loss enters")
    carried: float = Field(description="norm of what comes to the chosen cell by this path alone")
    whole: float = Field(description="norm of the gradient there, by all paths")
    exact: bool = Field(description="false: the search was cut short, and another path may carry more")


class LayerMemoryDocument(Document):
    """How long a layer remembers the change."""

    layer: str
    first: float = Field(description="norm of the difference of h at the timestep of the change")
    distances: list[float] = Field(description="the same from that timestep on, as shares of the first")
    timesteps: int = Field(description="how many timesteps later a tenth of it is still left, at the last")


class MemoryDocument(Document):
    """What is left of one changed word in every layer, timestep by timestep (after Hermans and Schrauwen 2013)."""

    timestep: int
    word: str
    before: str
    layers: list[LayerMemoryDocument]


class RemedyDocument(Document):
    """The gradients of a scene, and of the same scene with a remedy, from the same seed."""

    name: str
    scene: dict[str, Any] = Field(description="the scene with the remedy")
    before: GradientsDocument
    after: GradientsDocument


class WalkDocument(Document):
    """Gradient descent on the error surface, from its first point."""

    points: list[Point] = Field(description="w and b")
    errors: list[float]
    norms: list[float] = Field(description="of the gradient, before any clipping")
    left: bool = Field(description="the next step would have gone beyond a million")


class DescentDocument(Document):
    """Two walks from one point."""

    free: WalkDocument
    clipped: WalkDocument


class FoldDocument(Document):
    """Where a stable and an unstable fixed point meet."""

    b: float
    x: float


class BifurcationDocument(Document):
    """All fixed points of x = w sigmoid(x) + b, by x."""

    w: float
    x: list[float]
    b: list[float]
    slope: list[float] = Field(description="by what a small distance from the point is multiplied in one step")
    stable: list[bool]
    folds: list[FoldDocument] = Field(description="the ends of the range of b with two attractors, larger b first; none for w up to 4")


class LinearDocument(Document):
    """x_t = x_0 w^t for t = 0, 1, ... and its derivatives by w."""

    x: list[float]
    slope: list[float]
    curvature: list[float]


GRADIENT_DOCUMENTS: tuple[type[Document], ...] = (
    GradientsDocument,
    KindsDocument,
    PathDocument,
    StrongestPathDocument,
    MemoryDocument,
    RemedyDocument,
    DescentDocument,
    BifurcationDocument,
    LinearDocument,
)

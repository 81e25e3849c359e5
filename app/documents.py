"""The JSON that routes answer with, described for the OpenAPI document; tests hold the answers, which are made elsewhere, to it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

WeightName = Literal["embeddings", "kernel", "recurrent_kernel", "bias"]


class Document(BaseModel):
    """An answer: all its fields, no others."""

    model_config = ConfigDict(extra="forbid")


class FaultDocument(Document):
    """One place that is wrong."""

    pointer: str = Field(description="JSON pointer into what was sent; empty: the whole of it")
    code: str
    limit: float | str | None
    received: float | str | bool | None
    detail: str


class ProblemDocument(Document):
    """RFC 9457: what went wrong, in a sentence for a student."""

    type: str = Field(description="Leads to the documentation of this kind of problem")
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FaultDocument]


class QuantityPlace(Document):
    """Where a number of the grid stands; all counts from 1, the initial state is timestep 0."""

    layer: str
    timestep: int
    quantity: str
    unit: int
    gradient: bool


class WeightPlace(Document):
    """Where a weight stands; the index counts from 1."""

    layer: str
    weight: WeightName
    index: list[int]
    gradient: bool


class FactorDocument(Document):
    """A number, where it stands (null: a constant), and what the function named makes of it."""

    value: float
    address: QuantityPlace | WeightPlace | None
    function: str | None
    result: float


class TermDocument(Document):
    """A product: value is the product of the results of its factors."""

    value: float
    factors: list[FactorDocument]


class ExplanationDocument(Document):
    """A number and its terms, which add up to it."""

    address: QuantityPlace | WeightPlace
    value: float
    operation: str
    terms: list[TermDocument]


class CellDocument(Document):
    """Every number of a cell or an output, forward and backward."""

    scene: str
    layer: str
    timestep: int
    forward: list[ExplanationDocument]
    backward: list[ExplanationDocument]


class WeightDocument(Document):
    """The gradient of every number of a weight."""

    scene: str
    layer: str
    name: WeightName
    gradients: list[ExplanationDocument]


class TimestepsDocument(Document):
    """How long the sentences are."""

    min: int
    max: int


class ExampleDocument(Document):
    """A sentence and its label."""

    sentence: list[str]
    label: float | list[float]


class StoredDataSetDocument(Document):
    """What is said of a data set without its examples."""

    id: str
    examples: int
    vocabulary: list[str]
    timesteps: TimestepsDocument
    label_per_timestep: bool
    first: ExampleDocument


class TableDocument(StoredDataSetDocument):
    """One that was read from a table; heading: its first row, where that was taken for the names of the columns."""

    heading: str | None


class ShippedDataSetDocument(StoredDataSetDocument):
    """One that comes with Unrolled."""

    name: str
    source: str


class DataSetsDocument(Document):
    """The data sets that come with Unrolled."""

    datasets: list[ShippedDataSetDocument]


class TrainingDocument(Document):
    """A training from the end of one epoch to the end of another; an epoch has so many batches."""

    id: str
    first: int
    last: int
    batches: int


class PredictionDocument(ExampleDocument):
    """What the network says of an example: its outputs, (timesteps, units) or (units,), and whether all are right; null: plain numbers."""

    output: list[float] | list[list[float]]
    right: bool | None


class PredictionsDocument(Document):
    """What a trained scene says of its data set: of its first examples one by one, and of all how much is right."""

    scene: str
    examples: int
    loss: float
    accuracy: float | None
    predictions: list[PredictionDocument]


class LineDocument(Document):
    """A line of an optimizer's rule: `name` becomes what the formula makes of the values, each by its letter."""

    name: str
    formula: str
    values: dict[str, float]
    value: float


class UpdateDocument(Document):
    """How one number of a weight is moved: its gradient, with the penalty, then clipped, and the lines of the rule, it last."""

    scene: str
    layer: str
    name: WeightName
    index: list[int]
    optimizer: str
    gradient: float
    penalised: float
    clipped: float
    lines: list[LineDocument]


class ChartTitleDocument(Document):
    """A chart by its name; training: whether it is of a training's epochs."""

    name: str
    title: str
    training: bool


class ChartsDocument(Document):
    """Every chart, the script that draws them, and what a page says around them."""

    script: str
    charts: list[ChartTitleDocument]
    words: dict[str, str]


class ChartDocument(Document):
    """A chart as Plotly draws it: `data` and `layout`; null: nothing has been trained yet."""

    name: str
    scene: str
    title: str
    figure: dict[Literal["data", "layout"], Any] | None


class ChartTableDocument(Document):
    """The numbers of a chart, row by row; without rows: nothing has been trained yet."""

    name: str
    scene: str
    title: str
    header: list[str]
    rows: list[list[float | str]]


class LimitDocument(Document):
    """Both ends included."""

    min: float
    max: float
    description: str


class HealthDocument(Document):
    """The server is well."""

    status: Literal["ok"]


class VersionDocument(Document):
    """What runs here."""

    version: str
    engine: str
    scene: int = Field(description="the newest version of a scene that is read here")


DOCUMENTS: tuple[type[Document], ...] = (
    ProblemDocument,
    CellDocument,
    WeightDocument,
    DataSetsDocument,
    StoredDataSetDocument,
    TableDocument,
    TrainingDocument,
    PredictionsDocument,
    UpdateDocument,
    ChartsDocument,
    ChartDocument,
    ChartTableDocument,
    LimitDocument,
    HealthDocument,
    VersionDocument,
)

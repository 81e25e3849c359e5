"""What trainings came to: asked of their histories, and computed where those have gaps."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from weakref import WeakValueDictionary

from app.counting import Cost, reading_bytes
from app.datasets import DataSet
from app.errors import Problem, shortened
from app.histories import Histories, Past, training_key, weights_of
from app.learning import at, batches, cost_of, require_fitting, require_room, teach, training_of
from app.scenes import Scene
from app.shipped_datasets import shipped_by_id
from app.store import Store
from app.traces import Array, Taught
from app.trainings import Trainings
from app.work import Pool

KEPT = 4  # data sets, of which each took a while to read
AT_ONCE = Cost(30_000_000, 25_000_000)  # some tenths of a second, for which no process is started


class DataSets:
    """Data sets by id: those that come with Unrolled, and those that were sent."""

    def __init__(self, store: Store, pool: Pool) -> None:
        self._store, self._pool = store, pool
        self._kept: OrderedDict[str, DataSet] = OrderedDict()

    async def get(self, dataset_id: str) -> DataSet:
        """The data set; 404 if it is not known."""
        if dataset_id in shipped_by_id():
            return shipped_by_id()[dataset_id]
        if dataset_id in self._kept:
            self._kept.move_to_end(dataset_id)
            return self._kept[dataset_id]
        canonical = await self._store.get(dataset_id, "datasets")
        if canonical is None:
            detail = (
                "The table that this network learns from is not on this server any more. "
                f"Received: the data set {shortened(dataset_id[:8])}…. Upload the file again, or send its examples to POST /api/datasets."
            )
            raise Problem("unknown-dataset", detail)
        self._kept[dataset_id] = await self._pool.compute(reading_bytes(len(canonical)), DataSet.parse, canonical)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[dataset_id]

    async def put(self, dataset: DataSet) -> None:
        """Keeps a data set by its id."""
        if dataset.id not in shipped_by_id():
            await self._store.put(dataset.id, dataset.canonical, "datasets")


class Lessons:
    """Weights after any update of any training."""

    def __init__(self, datasets: DataSets, histories: Histories, trainings: Trainings, pool: Pool) -> None:
        self._datasets, self._histories, self._trainings, self._pool = datasets, histories, trainings, pool
        self._recalling: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def dataset_of(self, scene: Scene) -> DataSet:
        """The data set that the scene learns from; a problem if there is none."""
        return await self._datasets.get(training_of(scene).dataset)

    async def taught(self, scene: Scene) -> Taught | None:
        """What the scene's training came to, from the nearest epoch that is kept; None: it has none."""
        if scene.weights.training is None:
            return None
        dataset = await self.dataset_of(scene)
        updates = training_of(scene).updates
        epoch = updates // batches(scene, dataset)
        await self.require_fitting(scene, dataset, epoch + 1)
        cost = self._ahead(scene, dataset, updates)
        if cost.work > AT_ONCE.work or cost.numbers > AT_ONCE.numbers:
            return await self._trainings.recall(scene, dataset, updates, cost)
        return await self._pool.compute(cost, teach, scene, dataset, self._histories.of(scene).before(epoch))

    async def require_fitting(self, scene: Scene, dataset: DataSet, epochs: int) -> None:
        """A problem unless the scene can learn from the data set for so many epochs."""
        history = self._histories.of(scene)
        if not history.fits:
            await self._pool.compute(reading_bytes(len(dataset.canonical)), require_fitting, scene, dataset)
            history.fits = True
        require_room(scene, dataset, epochs)

    async def past(self, scene: Scene) -> Past:
        """What the scene's training went through, up to its last whole epoch; nothing: it has none."""
        if scene.weights.training is None:
            return Past((), {})
        dataset = await self.dataset_of(scene)
        each = batches(scene, dataset)
        last, history = training_of(scene).updates // each, self._histories.of(scene)
        async with self._recalling.setdefault(training_key(scene), asyncio.Lock()):
            if not history.records.keys() >= set(range(1, last + 1)):  # the server was started anew, or had no room for it
                await self.require_fitting(scene, dataset, last)
                await self._trainings.recall(scene, dataset, last * each, cost_of(scene, dataset, last * each), anew=True)
                history = self._histories.of(scene)
        weights: dict[int, Sequence[Array]] = {
            number: weights_of(epoch) for number, epoch in sorted(history.epochs.items()) if number <= last
        }
        if last and last not in weights and (taught := await self.taught(at(scene, last * each))):
            weights[last] = taught.weights
        return Past([history.records[number] for number in range(1, last + 1)], weights)

    def _ahead(self, scene: Scene, dataset: DataSet, updates: int) -> Cost:
        """What it takes to get from the nearest kept epoch to this update."""
        each = batches(scene, dataset)
        kept = self._histories.of(scene).before(updates // each)
        return cost_of(scene, dataset, updates - (kept.epoch * each if kept else 0))

"""Trainings: each in a process of its own, so many at a time, the rest in a queue; followed by whoever listens, ended when nobody does."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import pickle
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Self

from app.counting import Cost
from app.datasets import DataSet
from app.errors import Fault, Faulty, Problem
from app.fair_queue import FairQueue, Turn
from app.histories import Histories, training_key
from app.learning import at, batches, cost_of
from app.limits import most
from app.scenes import Scene
from app.store import Store
from app.traces import Taught
from app.trainer import Diverged, Ended, Job, Message, Progress, Reached
from app.training_log import TrainingLog
from app.work import WAITING_WORK, Shared
from engine import Epoch

ROOT = Path(__file__).resolve().parent.parent
WORK_PER_SECOND = 100_000_000
PROGRAM = "from app.trainer import main; main()"
REMEMBERED = 100  # trainings that have ended and can still be asked about
GONE = "There is no training with this id: it ended a while ago, or the server was started anew. Start it again: its numbers are the same."

logger = logging.getLogger(__name__)


class Training:
    """A training that waits, runs or has ended."""

    def __init__(self, scene: Scene, dataset: DataSet, first: int, updates: int, cost: Cost, log: TrainingLog, queue: FairQueue) -> None:
        self.scene, self.first, self.updates, self.cost, self.log, self.queue = scene, first, updates, cost, log, queue
        self.dataset: DataSet | None = dataset  # until it has ended
        self.key, self.batches = training_key(scene), batches(scene, dataset)
        self.last = math.ceil(updates / self.batches)
        self.resume: Epoch | None = None
        self.taught: Taught | None = None
        self.refused: Problem | None = None
        self.turn: Turn | None = None  # the last that it asked for
        self.task: asyncio.Task[None] | None = None
        self.process: asyncio.subprocess.Process | None = None
        self.ending = False
        self.reason = "stopped"

    def end(self, reason: str) -> None:
        """Wherever it is, it goes no further; it is told so once."""
        if self.task and not self.ending:
            self.ending, self.reason = True, reason
            self.task.cancel()

    def kill(self) -> None:
        """Its process, at once."""
        if self.process and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.kill()


class Trainings:
    """All of one server. Each runs for a slice of time. Where others wait, it then goes on behind them, from its last whole epoch."""

    def __init__(
        self, store: Store, histories: Histories, processes: int, waiting: int, patience: float, slice_seconds: float, retry_after: int
    ) -> None:
        self._store = store
        self._histories = histories
        self._queue = FairQueue(processes, waiting, retry_after, numbers=most("work_numbers"))
        self._recalls = FairQueue(1, waiting, retry_after, work=WAITING_WORK)  # what a trace waits for must not wait for the trainings
        self._recalling = Shared()
        self._places = processes + waiting
        self._patience = patience
        self._slice = slice_seconds
        self._retry_after = retry_after
        self._known: dict[str, Training] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for training in self._known.values():
            training.end("stopped")
            training.kill()

    def stop(self) -> None:
        """Refuses whatever waits."""
        self._queue.close()
        self._recalls.close()

    def start(self, scene: Scene, dataset: DataSet, first: int, last: int) -> Training:
        """Trains from the end of epoch `first` to that of `last`, as soon as it is its turn.

        429 when too many wait. A client gets as many places as are still free, so that there is always room for others.
        """
        free = self._places - sum(not training.log.ended for training in self._known.values())
        own = self._queue.of_client()
        if free == 0 or own > free:
            raise self._busy(f"{self._places - free} trainings run or wait here, {own} of them yours, and there is no room for more.")
        updates = last * batches(scene, dataset)
        cost = cost_of(scene, dataset, updates - first * batches(scene, dataset))
        training = self._begun(scene, dataset, first, updates, cost, self._queue)
        self._known[training.log.id] = training
        for old in [name for name, each in self._known.items() if each.log.ended][:-REMEMBERED]:
            del self._known[old]
        return training

    async def recall(self, scene: Scene, dataset: DataSet, updates: int, cost: Cost, anew: bool = False) -> Taught:
        """What a training came to at an update, which somebody waits for; a problem if it cannot be reached, or is too far away.

        anew: from the first epoch, because what all of them measured is to be known again.
        """
        if cost.work > most("recall_work"):
            raise Faulty([Fault.at((), "recall_too_far", cost.work, most("recall_work"), updates=f"{updates:,}")])
        return await self._recalling.get((training_key(scene), updates, anew), lambda: self._recall(scene, dataset, updates, cost, anew))

    async def _recall(self, scene: Scene, dataset: DataSet, updates: int, cost: Cost, anew: bool) -> Taught:
        first = 0 if anew else updates // batches(scene, dataset)
        training = self._begun(scene, dataset, first, updates, cost, self._recalls)
        try:
            async for _ in training.log.follow(0):
                pass
        finally:
            training.end("stopped")
        if training.reason == "diverged":
            raise Problem("not-finite", "On the way to this update the numbers left the finite ones. Take a smaller rate, or clip.")
        if training.taught is None:
            raise training.refused or self._busy("The server could not train up to this update.")
        return training.taught

    def _busy(self, reason: str) -> Problem:
        return Problem("busy", f"{reason} Try again in {self._retry_after} s.", headers={"Retry-After": str(self._retry_after)})

    def _begun(self, scene: Scene, dataset: DataSet, first: int, updates: int, cost: Cost, queue: FairQueue) -> Training:
        log = TrainingLog(self._patience, lambda: training.end("deserted"))
        training = Training(scene, dataset, first, updates, cost, log, queue)
        training.resume = self._histories.at(training.key).before(first)
        training.turn = self._turn_of(training)
        training.task = asyncio.create_task(self._run(training))
        training.task.add_done_callback(lambda _: self._close(training))
        return training

    def _turn_of(self, training: Training) -> Turn:
        """Its next turn, which takes what a slice of it takes."""
        return training.queue.enter(training.cost._replace(work=min(training.cost.work, int(self._slice * WORK_PER_SECOND))))

    def _close(self, training: Training) -> None:
        """Also where it was ended before its first step, the log has an end."""
        if training.turn:
            training.queue.leave(training.turn)
        if not training.log.ended:
            training.log.close(training.reason)
        training.dataset = None

    def get(self, name: str) -> Training:
        """The training of this id; 404 if it is not known, or not any more."""
        if name not in self._known:
            raise Problem("unknown-training", GONE)
        return self._known[name]

    async def _run(self, training: Training) -> None:
        try:
            stalled = 0  # turns in a row that ended in the middle of one epoch
            while True:
                before = training.resume
                async with self._turn(training):
                    await training.log.tell("started", first=training.first, last=training.last)
                    training.reason = await self._train(training, self._slice * 2**stalled)
                    await self._end_process(training)
                if training.reason != "interrupted":
                    break
                stalled = stalled + 1 if training.resume is before else 0
                training.turn = self._turn_of(training)
        except asyncio.CancelledError:
            pass  # with the reason of whoever ended it
        except Problem as problem:
            training.reason, training.refused = "stopped", problem
        except Exception:
            logger.exception("a training failed")
            training.reason = "failed"
        finally:
            training.ending = True
            training.kill()
        await self._end_process(training)
        await self._tell_places()

    async def _end_process(self, training: Training) -> None:
        training.kill()
        if training.process:
            await training.process.communicate()  # what it still said is read, or the end of its pipe would never be seen

    @asynccontextmanager
    async def _turn(self, training: Training) -> AsyncIterator[None]:
        """Waits for a process; everyone who waits is told the place, from 1."""
        turn = training.turn
        assert turn is not None
        try:
            if training.queue is self._queue and not turn.began.done():
                place = list(self._queue.order()).index(turn) + 1
                await training.log.tell("queued", place=place)
            await training.queue.begun(turn)
            await self._tell_places()
            yield
        finally:
            training.queue.leave(turn)

    async def _tell_places(self) -> None:
        waiting = {each.turn: each for each in self._known.values() if not each.log.ended}
        for place, turn in enumerate(self._queue.order(), start=1):
            if turn in waiting:
                await waiting[turn].log.tell_once("queued", place=place)

    async def _train(self, training: Training, seconds: float) -> str:
        """Starts the process and tells what it says; how it ended. After so many seconds it lets others go first."""
        assert training.dataset
        clock = asyncio.get_running_loop().time
        end = math.inf
        job = Job.of(training.scene, training.dataset, training.updates, training.resume)
        async with aclosing(self._messages(training, job)) as messages:
            async for message in messages:
                end = min(end, clock() + seconds)  # from the first message on: what a process takes to start moves nothing
                match message:
                    case Progress():
                        await training.log.tell_progress(message)
                        if clock() > end + seconds and training.queue.waiting:  # an epoch that takes so long is begun anew, with more time
                            return "interrupted"
                    case Ended():
                        self._histories.keep(training.key, message.record, message.whole)
                        training.resume = message.whole or training.resume
                        if message.record.epoch > training.first:
                            await self._tell_epoch(training, message)
                        if message.whole and clock() > end and training.queue.waiting:
                            return "interrupted"
                    case Diverged():
                        await training.log.tell("diverged", detail=message.detail)
                        return "diverged"
                    case Reached():
                        training.taught = message.taught
        return "finished"

    async def _messages(self, training: Training, job: Job) -> AsyncGenerator[Message]:
        process = training.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM),
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the server's terminal is the server's
        )
        assert process.stdin
        assert process.stdout
        process.stdin.write(pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL))
        process.stdin.write_eof()
        with suppress(asyncio.IncompleteReadError):  # the end of what it says
            while True:
                length = int.from_bytes(await process.stdout.readexactly(8), "big")
                yield pickle.loads(await process.stdout.readexactly(length))
        if await process.wait():
            raise RuntimeError(f"the process of a training ended with {process.returncode}")

    async def _tell_epoch(self, training: Training, ended: Ended) -> None:
        """An epoch is a scene: it is stored before it is told, so that its id can be opened."""
        updates = ended.record.epoch * training.batches
        scene = at(training.scene, updates)
        await self._store.put(scene.id, scene.canonical, dataset=scene.dataset)
        await training.log.tell("epoch", **ended.record.document(), updates=updates, scene=scene.id)

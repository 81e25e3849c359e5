"""Trainings: each in a process of its own, so many at a time, the rest in a queue; followed by whoever listens, ended when nobody does."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self

from app.datasets import DataSet
from app.errors import Problem
from app.histories import Histories
from app.learning import at, batches
from app.scenes import Scene
from app.store import Store
from app.trainer import Diverged, Ended, Job, Message, Progress
from app.training_log import TrainingLog

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = "from app.trainer import main; main()"
REMEMBERED = 100  # trainings that have ended and can still be asked about
GONE = "There is no training with this id: it ended a while ago, or the server was started anew. Start it again: its numbers are the same."

logger = logging.getLogger(__name__)


class Training:
    """A training that waits, runs or has ended."""

    def __init__(self, scene: Scene, dataset: DataSet, first: int, last: int, log: TrainingLog) -> None:
        self.scene, self.dataset, self.first, self.last, self.log = scene, dataset, first, last, log
        self.task: asyncio.Task[None] | None = None
        self.process: asyncio.subprocess.Process | None = None
        self.reason = "stopped"

    def end(self, reason: str) -> None:
        """Wherever it is, it goes no further."""
        if self.task and not self.log.ended:
            self.reason = reason
            self.task.cancel()

    def kill(self) -> None:
        """Its process, at once."""
        if self.process and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.kill()


class Trainings:
    """All of one server."""

    def __init__(self, store: Store, histories: Histories, processes: int, waiting: int, patience: float, retry_after: int) -> None:
        self._store = store
        self._histories = histories
        self._processes = asyncio.Semaphore(processes)
        self._places = processes + waiting
        self._patience = patience
        self._retry_after = retry_after
        self._known: dict[str, Training] = {}
        self._queue: list[Training] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for training in self._known.values():
            training.kill()

    def start(self, scene: Scene, dataset: DataSet, first: int, last: int) -> Training:
        """Trains from the end of epoch `first` to that of `last`, as soon as there is a process for it; 429 when too many wait."""
        running = [training for training in self._known.values() if not training.log.ended]
        if len(running) >= self._places:
            detail = f"{len(running)} trainings run or wait here, and there is no room for more. Try again in {self._retry_after} s."
            raise Problem("busy", detail, headers={"Retry-After": str(self._retry_after)})
        log = TrainingLog(self._patience, lambda: training.end("deserted"))
        training = Training(scene, dataset, first, last, log)
        training.task = asyncio.create_task(self._run(training))
        self._known[log.id] = training
        for old in [name for name, each in self._known.items() if each.log.ended][:-REMEMBERED]:
            del self._known[old]
        return training

    def get(self, name: str) -> Training:
        """The training of this id; 404 if it is not known, or not any more."""
        if name not in self._known:
            raise Problem("unknown-training", GONE)
        return self._known[name]

    async def _run(self, training: Training) -> None:
        try:
            async with self._turn(training):
                await training.log.tell("started", first=training.first, last=training.last)
                reason = await self._train(training)
        except asyncio.CancelledError:
            reason = training.reason
        except Exception:
            logger.exception("a training failed")
            reason = "failed"
        finally:
            training.kill()
        if training.process:
            await training.process.wait()
        training.reason = reason
        await training.log.tell("ended", reason=reason)

    @asynccontextmanager
    async def _turn(self, training: Training) -> AsyncIterator[None]:
        """Waits for a process, first come, first served; everyone who waits is told the place, from 1."""
        if self._processes.locked():
            self._queue.append(training)
            await training.log.tell("queued", place=len(self._queue))
        try:
            await self._processes.acquire()
        finally:
            if training in self._queue:
                self._queue.remove(training)
                for place, each in enumerate(self._queue, start=1):
                    await each.log.tell("queued", place=place)
        try:
            yield
        finally:
            self._processes.release()

    async def _train(self, training: Training) -> str:
        """Starts the process and tells what it says; how it ended."""
        history = self._histories.of(training.scene)
        job = Job.of(training.scene, training.dataset, training.last, history.before(training.first))
        async for message in self._messages(training, job):
            match message:
                case Progress():
                    await training.log.tell_progress(message)
                case Ended():
                    history.records[message.record.epoch] = message.record
                    if message.whole:
                        history.epochs[message.record.epoch] = message.whole
                        self._histories.bound()
                    if message.record.epoch > training.first:
                        await self._tell_epoch(training, message)
                case Diverged():
                    await training.log.tell("diverged", detail=message.detail)
                    return "diverged"
        return "finished"

    async def _messages(self, training: Training, job: Job) -> AsyncIterator[Message]:
        process = training.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM),
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
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
        updates = ended.record.epoch * batches(training.scene, training.dataset)
        scene = at(training.scene, updates)
        await self._store.put(scene.id, scene.canonical)
        await training.log.tell("epoch", **ended.record.document(), updates=updates, scene=scene.id)

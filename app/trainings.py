"""Trainings: each in a process of its own, so many at a time, the rest in a queue; followed by whoever listens, ended when nobody does."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Self

from app.datasets import DataSet
from app.errors import Problem
from app.histories import Histories, training_key
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
        self.scene, self.first, self.last, self.log = scene, first, last, log
        self.dataset: DataSet | None = dataset  # until it has ended
        self.key, self.batches = training_key(scene), batches(scene, dataset)
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
    """All of one server."""

    def __init__(self, store: Store, histories: Histories, processes: int, waiting: int, patience: float, retry_after: int) -> None:
        self._store = store
        self._histories = histories
        self._processes = asyncio.Semaphore(processes)
        self._recalls = asyncio.Semaphore(1)  # what a trace waits for must not wait for the trainings
        self._places = processes + waiting
        self._patience = patience
        self._retry_after = retry_after
        self._known: dict[str, Training] = {}
        self._queue: list[Training] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for training in self._known.values():
            training.end("stopped")
            training.kill()

    def start(self, scene: Scene, dataset: DataSet, first: int, last: int) -> Training:
        """Trains from the end of epoch `first` to that of `last`, as soon as there is a process for it; 429 when too many wait."""
        running = [training for training in self._known.values() if not training.log.ended]
        if len(running) >= self._places:
            detail = f"{len(running)} trainings run or wait here, and there is no room for more. Try again in {self._retry_after} s."
            raise Problem("busy", detail, headers={"Retry-After": str(self._retry_after)})
        training = self._begun(scene, dataset, first, last, self._processes)
        self._known[training.log.id] = training
        for old in [name for name, each in self._known.items() if each.log.ended][:-REMEMBERED]:
            del self._known[old]
        return training

    async def recall(self, scene: Scene, dataset: DataSet, first: int, last: int) -> None:
        """The same for epochs that are only to be known again, as somebody waits for; a problem if they cannot be reached."""
        training = self._begun(scene, dataset, first, last, self._recalls)
        try:
            async for _ in training.log.follow(0):
                pass
        finally:
            training.end("stopped")
        if training.reason == "diverged":
            raise Problem("not-finite", "On the way to this update the numbers left the finite ones. Take a smaller rate, or clip.")
        if training.reason != "finished":
            detail = f"The server could not train up to this epoch. Try again in {self._retry_after} s."
            raise Problem("busy", detail, headers={"Retry-After": str(self._retry_after)})

    def _begun(self, scene: Scene, dataset: DataSet, first: int, last: int, processes: asyncio.Semaphore) -> Training:
        log = TrainingLog(self._patience, lambda: training.end("deserted"))
        training = Training(scene, dataset, first, last, log)
        training.task = asyncio.create_task(self._run(training, processes))
        training.task.add_done_callback(lambda _: self._close(training))
        return training

    def _close(self, training: Training) -> None:
        """Also where it was ended before its first step, the log has an end."""
        if not training.log.ended:
            training.log.close(training.reason)
        training.dataset = None

    def get(self, name: str) -> Training:
        """The training of this id; 404 if it is not known, or not any more."""
        if name not in self._known:
            raise Problem("unknown-training", GONE)
        return self._known[name]

    async def _run(self, training: Training, processes: asyncio.Semaphore) -> None:
        try:
            async with self._turn(training, processes):
                await training.log.tell("started", first=training.first, last=training.last)
                training.reason = await self._train(training)
        except asyncio.CancelledError:
            pass  # with the reason of whoever ended it
        except Exception:
            logger.exception("a training failed")
            training.reason = "failed"
        finally:
            training.ending = True
            training.kill()
        if training.process:
            await training.process.communicate()  # what it still said is read, or the end of its pipe would never be seen
        await self._tell_places()

    @asynccontextmanager
    async def _turn(self, training: Training, processes: asyncio.Semaphore) -> AsyncIterator[None]:
        """Waits for a process, first come, first served; everyone who waits is told the place, from 1."""
        waits = processes is self._processes and processes.locked()
        try:
            if waits:
                self._queue.append(training)
                await training.log.tell("queued", place=len(self._queue))
            await processes.acquire()
        finally:
            if waits:
                self._queue.remove(training)
        try:
            await self._tell_places()
            yield
        finally:
            processes.release()

    async def _tell_places(self) -> None:
        for place, each in enumerate(list(self._queue), start=1):
            await each.log.tell_once("queued", place=place)

    async def _train(self, training: Training) -> str:
        """Starts the process and tells what it says; how it ended."""
        assert training.dataset
        job = Job.of(training.scene, training.dataset, training.last, self._histories.at(training.key).before(training.first))
        async with aclosing(self._messages(training, job)) as messages:
            async for message in messages:
                match message:
                    case Progress():
                        await training.log.tell_progress(message)
                    case Ended():
                        self._histories.keep(training.key, message.record, message.whole)
                        if message.record.epoch > training.first:
                            await self._tell_epoch(training, message)
                    case Diverged():
                        await training.log.tell("diverged", detail=message.detail)
                        return "diverged"
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

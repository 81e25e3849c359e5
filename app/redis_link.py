"""Redis as every storage here uses it: one line for questions, one that listens, and care for what happens when it comes back."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import NoScriptError, ResponseError

from app.databases import State, out_of_reach
from app.errors import Problem
from app.redis_wire import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    LOST,
    SCHEMA_KEY,
    SCHEMA_VERSION,
    Address,
    Channels,
    about_server,
    answers,
    close,
)

REVIEW_SECONDS = 5.0
SHORTEST_WAIT, LONGEST_WAIT = 0.05, 1.0

Occasion = Literal["new", "woken", "review"]
Undo = Callable[[], None]
logger = logging.getLogger(__name__)
FAILED = (*LOST, Problem)


@dataclass(slots=True)
class _Question:
    """A command on its way, and who waits for the answer."""

    command: tuple[Any, ...]
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def settle(self, result: Any) -> None:
        """An answer, or an exception, for whoever still waits."""
        if self.answer.done():
            return
        if isinstance(result, BaseException):
            self.answer.set_exception(result)
        else:
            self.answer.set_result(result)


class Link:
    """The way to one Redis. After an error all is refused until both lines are new, and it is up when who attend have looked around."""

    def __init__(self, url: str, retry_after: int, scripts: Mapping[str, str]) -> None:
        self._address = Address(url)
        self.database = self._address.database
        self._retry_after = retry_after
        self._scripts = {name: (text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()) for name, text in scripts.items()}
        self._questions: list[_Question] = []
        self._asked = asyncio.Event()
        self._wake = asyncio.Event()
        self._channels: Channels | None = None
        self._changed: list[Callable[[State], None]] = []
        self._attending: list[Callable[[Occasion], Awaitable[None]]] = []
        self._connected = False
        self._was_up = False
        self._closing = False
        self.state: State = "down"
        self.run = ""  # which process of Redis this is; another after each start

    async def __aenter__(self) -> Self:
        await self._address.examine()
        up = asyncio.Event()
        undo = self.on_change(lambda state: up.set())
        self._task = asyncio.create_task(self._keep_up(), name="redis")
        try:
            async with asyncio.timeout(CONNECT_SECONDS + ANSWER_SECONDS):
                await up.wait()
        except TimeoutError as error:
            await self.__aexit__()
            raise self._address.refused("does not answer") from error
        undo()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def on_change(self, changed: Callable[[State], None]) -> Undo:
        """Called whenever the state is another."""
        self._changed.append(changed)
        return lambda: self._changed.remove(changed) if changed in self._changed else None

    def attend(self, attending: Callable[[Occasion], Awaitable[None]]) -> None:
        """Awaited when the connection is new, before the state is up; then after each `wake`, and for a review now and then."""
        self._attending.append(attending)

    def wake(self) -> None:
        """Whoever attends has something to do."""
        self._wake.set()

    async def ask(self, *command: Any) -> Any:
        """The answer to a command; whatever waits goes out together. Problem("storage")."""
        if not self._connected:
            raise out_of_reach(self._retry_after)
        question = _Question(command)
        self._questions.append(question)
        self._asked.set()
        return await question.answer

    async def check(self) -> None:
        """A problem unless it can be written to."""
        await self.ask("SET", SCHEMA_KEY, SCHEMA_VERSION)

    async def call(self, script: str, *arguments: Any) -> Any:
        """The answer of a script."""
        return await self.ask("EVALSHA", self._scripts[script][1], 0, *arguments)

    async def listen(self, channels: Iterable[str], heard: Callable[[str, bytes], None]) -> None:
        """From now on these channels and no others; whoever attends may call this."""
        if self._channels:
            self._channels.heard = heard
            await self._channels.choose(set(channels))

    async def _keep_up(self) -> None:
        """One session after the other, for as long as the server runs."""
        wait = 0.0
        while not self._closing:  # a group of tasks that has failed already swallows that it is cancelled
            await asyncio.sleep(random.uniform(wait / 2, wait))
            self._was_up = False
            try:
                await self._session()
            except* FAILED as errors:
                logger.warning("%s is out of reach: %r", self._address, errors.exceptions[0])
            except* Exception:
                logger.exception("the session with %s failed", self._address)
            wait = SHORTEST_WAIT if self._was_up else min(max(2 * wait, SHORTEST_WAIT), LONGEST_WAIT)

    async def _session(self) -> None:
        """From connecting to the first error."""
        async with contextlib.AsyncExitStack() as stack:
            line = await self._address.connect()
            stack.push_async_callback(close, line)
            ears = await self._address.connect()
            stack.push_async_callback(close, ears)
            stack.callback(self._disconnected)
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._greet(line)
            self._connected = True
            self._channels = Channels(ears)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(line))
                tasks.create_task(self._channels.hear())
                tasks.create_task(self._channels.ping())
                tasks.create_task(self._tend())

    def _disconnected(self) -> None:
        self._connected, self._was_up = False, self.state == "up"
        self._change("down")
        self._refuse(self._questions)
        self._questions = []

    def _refuse(self, questions: Iterable[_Question]) -> None:
        for question in questions:
            question.settle(out_of_reach(self._retry_after))

    async def _greet(self, line: AbstractConnection) -> None:
        """Who is there, and that it has our scripts."""
        info, *_ = await answers(line, ["INFO", "server"], *(["SCRIPT", "LOAD", text] for text, _ in self._scripts.values()))
        self.run = about_server(info)["run_id"]

    async def _carry(self, line: AbstractConnection) -> None:
        """All that has gathered is one message, and its answers come in order."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            group, self._questions = self._questions, []
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._exchange(line, group)
            finally:
                self._refuse(group)  # those that have no answer yet

    async def _exchange(self, line: AbstractConnection, group: list[_Question]) -> None:
        await line.send_packed_command(line.pack_commands([question.command for question in group]), check_health=False)
        for question in group:
            try:
                question.settle(await line.read_response())
            except NoScriptError:
                raise  # it has forgotten us: everything from the start
            except ResponseError as error:  # its memory or its disk is full, or it only reads
                logger.warning("%s refuses: %s", self._address, error)
                self._refuse([question])

    async def _tend(self) -> None:
        """What was there before is looked at; then the state is up; then whatever wakes."""
        await self._attend("new")
        self._change("up")
        while True:
            due = asyncio.get_running_loop().time() + REVIEW_SECONDS
            while await self._is_woken(due):
                await self._attend("woken")
            await self._attend("review")

    async def _is_woken(self, due: float) -> bool:
        """Whether somebody has something to do before that time."""
        try:
            async with asyncio.timeout_at(due):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    async def _attend(self, occasion: Occasion) -> None:
        self._wake.clear()
        for attending in self._attending:
            await attending(occasion)

    def _change(self, state: State) -> None:
        if state == self.state:
            return
        self.state = state
        for changed in list(self._changed):
            try:
                changed(state)
            except Exception:
                logger.exception("who watches the link failed")

"""The tests' own watch: what dies is named at once, with its log, and what may end is nobody's failure."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.programs import Program
from tests.server.lectures.client import Answer, Place, ask, until_answered
from tests.server.serving import ServerProcess, request
from tests.watchdog import require_all, run


def require_cancelled(failed: pytest.ExceptionInfo[AssertionError]) -> None:
    """It was not its patience that came to an end."""
    assert isinstance(failed.value.__context__, asyncio.CancelledError)


def test_whoever_waits_for_a_server_that_dies_fails_at_once_with_what_it_wrote(tmp_path: Path) -> None:
    async def waits(server: ServerProcess) -> Answer:
        os.kill(server.pid, signal.SIGKILL)
        return await until_answered(lambda: ask(Place(server.port), "GET", "/version"))

    with ServerProcess(tmp_path, log_requests="true") as server:
        server.ask(request("/healthz"))
        with pytest.raises(AssertionError, match=r"(?s)the server has ended, and nobody asked it to.*/healthz") as failed:
            run(waits(server))
        require_cancelled(failed)
        with pytest.raises(AssertionError, match="nobody asked it to") as failed:
            run(asyncio.Event().wait())
        require_cancelled(failed)
    require_all()


def test_a_server_that_is_told_to_end_and_started_again_fails_nobody(tmp_path: Path) -> None:
    async def restarts(server: ServerProcess) -> int:
        for end in (server.kill, server.stop):
            await asyncio.to_thread(end)
            await asyncio.to_thread(server.start)
        return (await ask(Place(server.port), "GET", "/healthz")).status

    with ServerProcess(tmp_path) as server:
        assert run(restarts(server)) == 200


def test_a_program_is_ready_when_it_says_so_and_must_stay_from_then_on() -> None:
    program = Program("the program", ["sh", "-c", "echo Listening; exec tail -f /dev/null"], ready="Listening")
    assert program.is_ready()
    require_all()
    os.kill(program.process.pid, signal.SIGKILL)
    with pytest.raises(AssertionError, match=r"the program has ended, and nobody asked it to. It wrote:\nListening"):
        run(asyncio.Event().wait())
    program.kill()
    require_all()


def test_a_program_that_ends_before_it_is_ready_is_not_ready_and_fails_nobody_else() -> None:
    program = Program("the program", ["sh", "-c", "echo The port is taken."], ready="Listening")
    assert (program.is_ready(), program.log) == (False, "The port is taken.\n")
    require_all()

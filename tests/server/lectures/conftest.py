from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.network import most_connections
from tests.server.lectures.servers import LectureServer

RECENT = 50

most_connections()  # the tests hold as many as their servers do


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LectureServer]:
    """One server for all that leave it as it was. It keeps little at hand, so that little is past it."""
    kept = {"app.lectures.room:RECENT": RECENT}
    with LectureServer(tmp_path_factory.mktemp("lectures") / "data", faults={"set": kept}) as server:
        yield server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of data for a server of one's own."""
    return tmp_path / "data"

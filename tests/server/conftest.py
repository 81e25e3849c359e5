from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.scenes import default_scene
from app.settings import Settings
from tests.redis_server import RedisServer
from tests.server.asking import HOME


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One server for all that need no fresh one: to open its storage costs more than most tests."""
    with TestClient(create_app(Settings(data=tmp_path_factory.mktemp("data"))), base_url=HOME, follow_redirects=False) as client:
        yield client


@pytest.fixture
def fresh(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url=HOME, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One for all that need no faults; each test has lectures of its own."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def toy() -> dict[str, Any]:
    return default_scene().document()


@pytest.fixture
def toy_id(client: TestClient, toy: dict[str, Any]) -> str:
    scene_id: str = client.post("/api/traces", json=toy).headers["Scene-Id"]
    return scene_id

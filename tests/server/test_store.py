from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.databases import StorageRefused, Writer
from app.errors import Problem
from app.main import create_app
from app.settings import Settings
from app.store import FILE, SqliteStore
from tests.server.asking import HOME, changed, require_problem


def opened(folder: Path) -> SqliteStore:
    return SqliteStore(folder, patience=0.2, retry_after=1)


def test_a_scene_is_there_after_the_store_was_closed(tmp_path: Path) -> None:
    with opened(tmp_path / "new" / "folder") as store:
        asyncio.run(store.put("id", b"{}"))
        asyncio.run(store.put("id", b"{}"))
    with opened(tmp_path / "new" / "folder") as store:
        assert asyncio.run(store.get("id")) == b"{}"
        assert asyncio.run(store.get("other")) is None


def test_a_scene_outlives_the_server(settings: Settings, toy: dict[str, Any]) -> None:
    with TestClient(create_app(settings), base_url=HOME) as client:
        posted = client.post("/api/traces", json=toy)
    with TestClient(create_app(settings), base_url=HOME) as client:
        assert client.get(f"/api/traces/{posted.headers['Scene-Id']}").content == posted.content


def test_readers_are_not_held_up_by_a_writer(tmp_path: Path) -> None:
    with opened(tmp_path) as store, sqlite3.connect(tmp_path / FILE) as other:
        asyncio.run(store.put("id", b"{}"))
        other.execute("BEGIN IMMEDIATE")
        assert asyncio.run(store.get("id")) == b"{}"


@pytest.mark.parametrize("act", [lambda store: store.put("id", b"{}"), lambda store: store.check()])
def test_a_locked_database_is_a_503_and_nothing_was_promised(tmp_path: Path, act: Callable[[SqliteStore], Any]) -> None:
    with opened(tmp_path) as store, sqlite3.connect(tmp_path / FILE) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Problem, match="storage") as refused:
            asyncio.run(act(store))
        assert refused.value.status == 503
        assert refused.value.headers == {"Retry-After": "1"}
        other.rollback()
        asyncio.run(act(store))


def test_a_server_whose_disk_is_full_says_so_and_comes_back(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with TestClient(create_app(settings), base_url=HOME) as client:
        with monkeypatch.context() as patched:
            patched.setattr(Writer, "_attempt", full)
            response = client.post("/api/traces", json=changed("/weights/seed", 5))
            require_problem(response, 503, "storage")
            assert response.headers["Retry-After"] == "1"
            require_problem(client.get("/readyz"), 503, "storage")
            assert client.get("/healthz").status_code == 200
        assert client.post("/api/traces", json=changed("/weights/seed", 5)).status_code == 200
        assert client.get("/readyz").status_code == 200


def test_a_damaged_file_is_moved_aside_and_never_overwritten(tmp_path: Path) -> None:
    for number in (1, 2):
        damage = f"this is no database {number}".encode() * 100
        (tmp_path / FILE).write_bytes(damage)
        with opened(tmp_path) as store:
            asyncio.run(store.put("id", b"{}"))
        assert (tmp_path / FILE).with_suffix(f".corrupt-{number}").read_bytes() == damage


def test_a_storage_of_a_newer_schema_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StorageRefused, match="newer Unrolled"):
        opened(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageRefused, match="UNROLLED_DATA"):
        opened(tmp_path / "file")

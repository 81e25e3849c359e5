"""Several server processes with one Redis: what one is told, the others know."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from app.scenes import default_scene
from tests.redis_server import RedisServer, free_port
from tests.server.asking import LIBRARY_WORDS
from tests.server.serving import PATIENCE, ServerProcess, request, split

TOY = default_scene()


def test_a_scene_that_one_process_was_sent_is_known_to_another_and_to_the_next(redis_server: RedisServer, tmp_path: Path) -> None:
    with ServerProcess(tmp_path, redis_url=redis_server.url) as one, ServerProcess(tmp_path, redis_url=redis_server.url) as two:
        assert split(one.ask(request("/api/traces", TOY.canonical, method="POST")))[0] == 200
        status, _, body = split(two.ask(request(f"/api/scenes/{TOY.id}")))
        assert (status, json.loads(body)) == (200, TOY.document())
    with ServerProcess(tmp_path, redis_url=redis_server.url) as three:
        assert split(three.ask(request(f"/api/scenes/{TOY.id}")))[0] == 200
    assert not list(tmp_path.iterdir())


def test_a_process_whose_redis_is_gone_is_alive_but_not_ready_until_it_is_back(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis") as redis, ServerProcess(tmp_path, redis_url=redis.url) as server:
        assert split(server.ask(request("/readyz")))[0] == 200
        redis.kill()
        status, headers, body = split(server.ask(request("/readyz")))
        assert (status, headers["retry-after"]) == (503, "1")
        assert json.loads(body)["type"] == "/problems/storage"
        assert split(server.ask(request("/healthz")))[0] == 200
        redis.start()
        end = time.monotonic() + PATIENCE
        while (answer := split(server.ask(request("/readyz"))))[0] == 503:
            assert answer[1]["retry-after"] == "1"
            assert time.monotonic() < end, server.said


def test_a_process_without_its_redis_ends_at_once_with_a_sentence(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, redis_url=f"redis://:secret@127.0.0.1:{free_port()}/0")
    with pytest.raises(AssertionError):
        server.start()
    assert server.ends() == 1
    assert "UNROLLED_REDIS_URL" in server.said
    assert "secret" not in server.said
    assert len(server.said.splitlines()) == 1
    assert not any(word in server.said for word in LIBRARY_WORDS)

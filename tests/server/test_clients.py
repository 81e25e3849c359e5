"""Whom a computation is for: a participant by a cookie that cannot be forged, or an address; and which proxies are believed."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.clients import SEAT, Clients, Seats, client
from app.main import create_app
from app.network import party_of
from app.polite_server import PoliteServer, protocol
from app.settings import Settings
from app.traffic import Connections
from tests.server.asking import HOME

KEY = Settings(cookie_key="k" * 24)


async def told(scope: Any, receive: Any, send: Any) -> None:
    await Response(client.get())(scope, receive, send)


def asked(app: Any, address: str, **headers: str) -> str:
    return TestClient(app, base_url=HOME, client=(address, 1)).get("/", headers=headers).text


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_one_client_and_so_is_a_network_of_ipv6(address: str, party: str) -> None:
    assert party_of(address) == party
    assert asked(Clients(told, Seats(KEY)), address) == party


def test_a_participant_of_a_lecture_is_a_client_of_its_own_whose_cookie_nobody_can_make(settings: Settings) -> None:
    settings = settings.model_copy(update={"cookie_key": KEY.cookie_key})
    with TestClient(create_app(settings), base_url=HOME) as class_room:
        code = class_room.post("/api/lectures", json={"title": ""}).json()["code"]
        class_room.put(f"/api/lectures/{code}/participant", json={"nickname": "Ada"})
        (seat,) = [cookie for cookie in class_room.cookies.jar if cookie.name == SEAT]
    assert seat.path == "/"
    assert seat.has_nonstandard_attr("HttpOnly")
    assert seat.get_nonstandard_attr("SameSite") == "strict"
    value = seat.value or ""
    app = Clients(told, Seats(KEY))
    assert asked(app, "192.0.2.1", Cookie=f"other=1; {SEAT}={value}") == value.partition(".")[0]
    other = Seats(Settings(cookie_key="other"))
    for forged in (f"x{value}", f"{value}x", value.partition(".")[0], f"{value.partition('.')[0]}.", ".", ""):
        assert asked(app, "192.0.2.1", Cookie=f"{SEAT}={forged}") == "192.0.2.1"
    assert asked(Clients(told, other), "192.0.2.1", Cookie=f"{SEAT}={value}") == "192.0.2.1"


def test_only_a_proxy_of_the_setting_may_say_for_whom_it_asks(settings: Settings) -> None:
    speaks = protocol(settings, Connections(1, 1, lambda address: False), 1)
    server = PoliteServer(create_app(settings), speaks, 1, ("10.0.0.0/8",), lambda: None, lambda: None)
    trusted = server.config.forwarded_allow_ips

    async def address(scope: Any, receive: Any, send: Any) -> None:
        peer = Request(scope).client
        await Response(peer.host if peer else "")(scope, receive, send)

    behind = ProxyHeadersMiddleware(address, trusted_hosts=trusted or [])
    assert asked(behind, "10.1.2.3", **{"X-Forwarded-For": "192.0.2.9"}) == "192.0.2.9"
    assert asked(behind, "192.0.2.1", **{"X-Forwarded-For": "192.0.2.9"}) == "192.0.2.1"
    assert server.config.proxy_headers

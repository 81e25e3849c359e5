"""What connections hold together is bounded, and whoever does not move gives way."""

from __future__ import annotations

import pytest

from app.errors import Problem
from app.network import party_of
from app.traffic import PROGRESS, STALE, Budget, Connections


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("app.traffic.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_the_stillest_transfer_gives_way_and_its_bytes_are_free(clock: Clock) -> None:
    budget, ended = Budget(100, 1), list[str]()
    with (
        budget.share(lambda: ended.append("first")) as first,
        budget.share(lambda: ended.append("second")) as second,
        budget.share(lambda: ended.append("third")) as third,
    ):
        budget.grow(first, 40)
        budget.grow(second, 40)
        clock.now += STALE
        budget.move(first, PROGRESS)
        budget.grow(third, 40)
        assert (ended, budget.bytes) == (["second"], 80)
        budget.grow(second, 40)
        assert budget.bytes == 80, "it was let go, and counts no more"
    assert budget.bytes == 0


def test_where_every_transfer_moves_the_new_one_is_told_to_come_back(clock: Clock) -> None:
    budget = Budget(100, 7)

    def never() -> None:
        raise AssertionError("it was moving")

    with budget.share(never) as moving:
        budget.grow(moving, 80)
        clock.now += 10 * STALE
        budget.move(moving, PROGRESS - 1)
        budget.move(moving, 1)
        with pytest.raises(Problem) as refused, budget.share(never) as new:
            budget.grow(new, 80)
        assert (refused.value.name, refused.value.headers["Retry-After"]) == ("busy", "7")
        assert budget.bytes == 80


def test_a_small_transfer_gets_through_where_large_ones_move(clock: Clock) -> None:
    budget, ended = Budget(100, 1), list[str]()
    with (
        budget.share(lambda: ended.append("large")) as large,
        budget.share(lambda: ended.append("larger")) as larger,
        budget.share(lambda: ended.append("small")) as small,
    ):
        budget.grow(large, 40)
        budget.grow(larger, 55)
        budget.grow(small, 10)
        assert (ended, budget.bytes) == (["larger"], 50)


def test_a_few_bytes_now_and_then_are_no_progress(clock: Clock) -> None:
    budget, ended = Budget(100, 1), list[str]()
    with budget.share(lambda: ended.append("dripping")) as dripping, budget.share(lambda: None) as new:
        budget.grow(dripping, 80)
        for _ in range(20):
            clock.now += STALE / 10
            budget.move(dripping, 10)
        budget.grow(new, 80)
        assert ended == ["dripping"]


def test_the_same_bytes_count_once_however_many_read_them() -> None:
    budget = Budget(100, 1)
    with budget.share(lambda: None, "answer") as first, budget.share(lambda: None, "other") as other:
        with budget.share(lambda: None, "answer") as second:
            budget.grow(first, 60)
            budget.grow(second, 60)
            budget.grow(other, 40)
            assert budget.bytes == 100
        assert budget.bytes == 100
    assert budget.bytes == 0


def test_an_address_has_so_many_connections_and_members_have_places_of_their_own() -> None:
    places = Connections(2, 1, {"10.0.0.1"}.__contains__)
    for _ in range(3):
        assert places.enter("192.0.2.1")
    assert places.is_crowded("192.0.2.1")
    assert not places.is_crowded("192.0.2.2")
    assert places.join("192.0.2.1")
    assert not places.is_crowded("192.0.2.1"), "a member's connection counts no more"
    assert not places.join("192.0.2.1"), "all places of members are taken"
    assert (places.count, places.members) == (3, 1)
    for _ in range(2):
        assert places.enter("192.0.2.1")
    assert not places.enter("192.0.2.1"), "more than twice as many are not even asked what they want"
    for _ in range(5):
        places.leave("192.0.2.1", member=False)
    places.leave("192.0.2.1", member=True)
    assert places.count == 0


def test_a_proxy_connects_for_many() -> None:
    places = Connections(1, 0, {"10.0.0.1"}.__contains__)
    assert all(places.enter("10.0.0.1") for _ in range(5))
    assert not places.is_crowded("10.0.0.1")


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_network_of_64_bits_is_one_address(address: str, party: str) -> None:
    assert party_of(address) == party

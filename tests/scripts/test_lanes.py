from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.lanes import WORKERS, LaneScheduling, lane_of

BROWSER = [f"tests/browser/test_page.py::test_{number}" for number in range(20)]
SERVER = [f"tests/server/test_{file}.py::test_{number}" for file in "abc" for number in range(5)]
ENGINE = [f"tests/engine/test_{file}.py::test_{number}" for file in "abc" for number in range(5)]
TESTS = [*ENGINE, *SERVER, *BROWSER]


class Worker:
    """A worker that runs nothing: it notes what it is given and whether it was sent home."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.given: list[str] = []
        self.done = 0
        self.shutting_down = False

    def send_runtest_some(self, numbers: list[int]) -> None:
        self.given += [TESTS[number] for number in numbers]

    def shutdown(self) -> None:
        self.shutting_down = True


@pytest.fixture
def scheduling(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> LaneScheduling:
    monkeypatch.setattr(pytestconfig.option, "tx", ["popen"] * len(WORKERS))
    monkeypatch.setattr(pytestconfig.option, "loadscopereorder", True)
    return LaneScheduling(pytestconfig)


def begin(scheduling: LaneScheduling) -> list[Worker]:
    workers = [Worker(f"gw{number}") for number in range(len(WORKERS))]
    for worker in workers:
        scheduling.add_node(worker)
        scheduling.add_node_collection(worker, TESTS)
    scheduling.schedule()
    return workers


def finish_one(scheduling: LaneScheduling, worker: Worker) -> None:
    scheduling.mark_test_complete(worker, TESTS.index(worker.given[worker.done]))
    worker.done += 1


def test_every_worker_begins_with_its_own_lane(scheduling: LaneScheduling) -> None:
    workers = begin(scheduling)
    assert [{lane_of(test) for test in worker.given} for worker in workers] == [{lanes[0]} for lanes in WORKERS]


def test_every_test_is_given_out_once_and_then_all_go_home(scheduling: LaneScheduling) -> None:
    workers = begin(scheduling)
    while any(worker.done < len(worker.given) for worker in workers):
        for worker in workers:
            if worker.done < len(worker.given):
                finish_one(scheduling, worker)
    assert sorted(test for worker in workers for test in worker.given) == sorted(TESTS)
    assert all(worker.shutting_down for worker in workers)
    assert scheduling.tests_finished


def test_a_worker_that_has_begun_with_browser_tests_is_given_nothing_else(scheduling: LaneScheduling) -> None:
    workers = begin(scheduling)
    for worker in reversed(workers):  # the last one does all that it may before the others begin
        while worker.done < len(worker.given):
            finish_one(scheduling, worker)
    for worker in workers:
        lanes = [lane_of(test) for test in worker.given]
        assert "browser" not in lanes or set(lanes[lanes.index("browser") :]) == {"browser"}


def test_what_a_broken_worker_leaves_goes_to_the_others_and_to_the_one_in_its_place(scheduling: LaneScheduling) -> None:
    workers = begin(scheduling)
    broken = workers.pop(1)
    lost = scheduling.remove_node(broken)
    assert lost == broken.given[0]
    workers.append(Worker("gw4"))
    scheduling.add_node(workers[-1])
    scheduling.add_node_collection(workers[-1], TESTS)
    scheduling.schedule()
    while any(worker.done < len(worker.given) for worker in workers):
        for worker in workers:
            if worker.done < len(worker.given):
                finish_one(scheduling, worker)
    assert {test for worker in workers for test in worker.given} == set(TESTS)

from __future__ import annotations

import json
import signal
from typing import Any

import pytest
from hypothesis import settings

import engine
from app.checked import RECORD
from tests.engine.killing import ENOUGH, KILLERS, store_killers, stored_killers
from tests.engine.reference_vectors import about
from tests.lanes import LaneScheduling, lane_of

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell leaves it for what runs in the background: no child could be interrupted
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("unrolled", deadline=None)  # a busy machine is slow, which is no fault of what is tested
settings.load_profile("unrolled")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run also the tests that take minutes, or that assert seconds")
    parser.addoption("--record", action="store_true", help="write down what was compared, and which tests kill each fault")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests go last, as lanes.py says. Without --long its tests are deselected and counted: a skip would look like a gap."""
    items.sort(key=lambda item: lane_of(item.nodeid) == "browser")
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if not item.get_closest_marker("long")]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LaneScheduling:
    return LaneScheduling(config, log)


def properties(terminalreporter: pytest.TerminalReporter) -> list[dict[str, Any]]:
    """What the tests of this run wrote down of themselves."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    return [dict(report.user_properties) for report in reports if report.when == "call"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The fault table: every seeded fault, and the tests that kill it; and with --record what was compared."""
    told = properties(terminalreporter)
    faults = [row for row in told if "fault" in row]
    if faults:
        terminalreporter.section(f"{len(faults)} seeded faults and what kills them")
    for row in faults:
        functions = "; ".join(json.loads(check)[1] for check in row["killers"]) or "nothing"
        stale = " (searched for: the stored killers missed, and --record stores these)" if row["searched"] else ""
        terminalreporter.write_line(f"{row['fault']}: {functions}{stale}")
    killed = [row for row in faults if len(row["killers"]) >= ENOUGH]
    if config.getoption("--record"):
        store_killers(stored_killers() | {row["fault"]: row["killers"] for row in killed})
        terminalreporter.write_line(f"Wrote {KILLERS}.")
        compared = sorted((row["compared"] for row in told if "compared" in row), key=lambda each: (each["case"], each["source"]))
        if compared:
            record = {"engine": engine.__version__, "versions": about("stacks")["versions"], "compared": compared, "faults": len(killed)}
            RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            terminalreporter.write_line(f"Wrote {RECORD}.")

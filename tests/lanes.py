"""Spreads the tests over pytest-xdist's workers by lane, so that tests that wait run beside tests that compute."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# The lanes from which a worker takes, in this order; a worker past the last row begins with the first row again. Browser tests come last:
# once Playwright's event loop is open in a process, no test there can run one of its own.
WORKERS = (
    ("engine", "server", "browser"),
    ("server", "engine", "browser"),
    ("browser",),
    ("browser",),
)


def lane_of(nodeid: str) -> str:
    """Returns `browser`, `server` (these mostly wait) or `engine` (these compute; every other room belongs to it)."""
    room = nodeid.split("/")[1]
    return room if room in {"browser", "server"} else "engine"


class LaneScheduling(LoadScopeScheduling):
    """Hands out one browser test at a time, and elsewhere one file, each to a worker of its lane."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if lane_of(nodeid) == "browser" else super()._split_scope(nodeid)

    def _reschedule(self, node: WorkerController) -> None:
        if self.workqueue and self._next_scope(node) is None:
            node.shutdown()
        else:
            super()._reschedule(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if scope := self._next_scope(node):
            self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)

    def _next_scope(self, node: WorkerController) -> str | None:
        lanes = WORKERS[int(node.gateway.id.removeprefix("gw")) % len(WORKERS)]
        return next((scope for lane in lanes for scope in self.workqueue if lane_of(scope) == lane), None)

"""What a lecture looks like after so many entries: a fold over its log, the same for whoever saw all of it and whoever comes now."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from app.lectures.entries import Entry

ADDED = ("open", "revealed", "past", "offset")  # what a state knows of a poll beyond its question
POLLS_KEPT = 20  # a snapshot holds the last of them; the log has all


@dataclass(frozen=True, slots=True)
class State:
    """Everything that a page needs to stand where the presenter stands."""

    title: str = ""
    scene: str | None = None
    view: dict[str, str] | None = None
    frozen: bool = False
    blanked: bool = False
    fence: int = 1
    holder: str = ""
    polls: tuple[dict[str, Any], ...] = ()
    ended: bool = False

    def after(self, entry: Entry) -> State:
        """The state once this entry has happened."""
        body = entry.body
        match entry.kind:
            case "scene" | "view":
                stands = {name: body[name] for name in ("scene", "view") if name in body}
                polls = tuple(poll if poll["open"] or poll["past"] else {**poll, "past": True} for poll in self.polls)
                return replace(self, **stands, polls=polls)
            case "frozen" | "blanked":
                return replace(self, **{entry.kind: body[entry.kind]})
            case "presenter changed":
                return replace(self, fence=body["fence"], holder=body["name"])
            case "poll opened":
                opened = {**body, "open": True, "revealed": None, "past": False, "offset": entry.offset}
                return replace(self, polls=(*self.polls, opened)[-POLLS_KEPT:])
            case "poll closed":
                return self._with_poll(body["poll"], open=False)
            case "poll revealed":
                told = {name: body[name] for name in ("answer", "why", "tally", "votes")}
                return self._with_poll(body["poll"], open=False, revealed=told)
            case "ended":
                closed = tuple({**poll, "open": False} for poll in self.polls)
                return replace(self, ended=True, frozen=False, blanked=False, polls=closed)
            case _:
                raise ValueError(f"An entry is of the kind {entry.kind!r}, which no lecture has.")

    def _with_poll(self, name: str, **changed: Any) -> State:
        return replace(self, polls=tuple({**poll, **changed} if poll["poll"] == name else poll for poll in self.polls))

    def poll(self, name: str) -> dict[str, Any] | None:
        """A poll by its id, if it is one of the last."""
        return next((poll for poll in self.polls if poll["poll"] == name), None)

    def entries(self) -> list[tuple[str, dict[str, Any]]]:
        """Entries that lead to this state from an empty log: what is left where the log is lost."""
        told: list[tuple[str, dict[str, Any]]] = []
        if self.fence > 1:
            told.append(("presenter changed", {"fence": self.fence, "name": self.holder}))
        if self.scene:
            told.append(("scene", {"scene": self.scene, "view": self.view or {}}))
        elif self.view:
            told.append(("view", {"view": self.view}))
        for poll in self.polls:
            name = {"poll": poll["poll"]}
            told.append(("poll opened", question_of(poll)))
            if poll["revealed"]:
                told.append(("poll revealed", name | poll["revealed"]))
            elif not poll["open"]:
                told.append(("poll closed", name))
        told += [(kind, {kind: True}) for kind in ("frozen", "blanked") if getattr(self, kind)]
        return told + [("ended", {})] * self.ended

    def document(self) -> dict[str, Any]:
        """The state as a snapshot has it."""
        return {**asdict(self), "view": self.view or {}, "polls": list(self.polls)}


def question_of(poll: dict[str, Any]) -> dict[str, Any]:
    """What a poll of a state asks: the body with which it was opened."""
    return {name: value for name, value in poll.items() if name not in ADDED}

"""Following one person and one care worker through a run: what happened to them, seen as the week goes by.

A follower looks at the two rows after every process of the week, so that each change has the sentence of the week that
made it, and notes at the week's end how the week was. It reads and never writes: a run that is followed is the run as
it would have been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from caremarket_sim.market.codes import (
    AGENCY,
    FIT,
    GONE,
    IN_HOSPITAL,
    IN_POST,
    IN_REABLEMENT,
    LEFT,
    OFFICE,
    ON_LEAVE,
    ONBOARDING,
    POOL,
    RECEIVING,
    SICK,
    WAITING,
)
from caremarket_sim.market.market import Market
from caremarket_sim.mechanisms.leaving_care import DIES, MOVES, RECOVERS, people_leave_care, what_happens_to
from caremarket_sim.mechanisms.rostering import visits_are_rostered
from caremarket_sim.scenario.timing import monday_of
from caremarket_sim.studies.story.happenings import client_changes, worker_changes
from caremarket_sim.week import PROCESSES

CLIENT, WORKER = "client", "care worker"
CHANGE, WEEK = "change", "week"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to whom in which week; `by` is the process of the week that did it, empty for how a week was."""

    who: str
    number: int
    week: int
    day: date
    kind: str
    event: str
    detail: str
    value: float
    unit: str
    by: str


class Follower:
    """Looks at one person and one care worker, by their permanent numbers, through one run, and keeps `events`."""

    def __init__(self, market: Market, start: date, client: int, worker: int) -> None:
        self.events: list[Event] = []
        self._start, self._client, self._worker = start, client, worker
        self._before = {CLIENT: self._client_now(market), WORKER: self._worker_now(market)}
        self._leaving: np.ndarray | None = None
        self._came: tuple[int, ...] = ()

    def processes(self) -> tuple[Callable[..., None], ...]:
        """The week's processes, with a look after each."""
        return tuple(process for group in map(self._watched, PROCESSES) for process in group)

    def _watched(self, process: Callable[..., None]) -> Iterator[Callable[..., None]]:
        if process is people_leave_care:
            yield self._remember_who_may_leave
        yield process
        if process is people_leave_care:
            yield self._ask_why_they_left

        def look(market, parameters, policy, draws) -> None:
            self._look(market, process.__name__)

        yield look
        if process is visits_are_rostered:
            yield self._see_who_came

    def _remember_who_may_leave(self, market, parameters, policy, draws) -> None:
        self._leaving = market.clients.rows[market.clients.number == self._client].copy()

    def _ask_why_they_left(self, market, parameters, policy, draws) -> None:
        """Ask the rule again of this person alone: the same row, chance and draw, so the same answer and its reason."""
        row = self._leaving
        assert row is not None
        if len(row) == 0 or row["status"][0] == LEFT:
            return
        why = what_happens_to(row, parameters.row, draws.key("people_leave_care"))
        if why in _REASONS:
            self._note(CLIENT, market, _REASONS[why], by="people_leave_care")

    def _see_who_came(self, market, parameters, policy, draws) -> None:
        seen = market.clients.seen[market.clients.number == self._client]
        seen = seen[seen != -1]
        numbers = market.workers.number
        self._came = tuple(
            sorted({int(numbers[w]) if w >= 0 else int(w) for w in seen}, key=lambda w: (w in _STAFF, w))
        )

    def _look(self, market: Market, by: str) -> None:
        before, after = self._before[CLIENT], self._client_now(market)
        self._before[CLIENT] = after or before  # whoever left, and was dropped since, may come back
        if before is not None and after is not None and before != after:
            for event, detail, value, unit in client_changes(before, after, by):
                self._note(CLIENT, market, event, detail, value, unit, by=by)
        before, after = self._before[WORKER], self._worker_now(market)
        self._before[WORKER] = after
        if before is not None and after is not None and before != after:
            for event, detail, value, unit in worker_changes(before, after, by):
                self._note(WORKER, market, event, detail, value, unit, by=by)

    def week_ends(self, market: Market) -> None:
        """Note how the week was that has just been simulated."""
        week = market.week - 1
        row = _row(market.clients, self._client)
        if row is not None and row["status"] != LEFT:
            for event, detail, value, unit in self._week_of_client(market, row):
                self._note(CLIENT, market, event, detail, value, unit, week=week, kind=WEEK)
        row = _row(market.workers, self._worker)
        if row is not None and row["status"] != GONE:
            for event, detail, value, unit in _week_of_worker(market, row):
                self._note(WORKER, market, event, detail, value, unit, week=week, kind=WEEK)
        self._came = ()

    def _week_of_client(self, market: Market, row: np.void) -> Iterator[tuple[str, str, float, str]]:
        provider = _provider(market, row)
        yield "situation", _SITUATIONS[int(row["status"])], float(row["status"]), "code"
        if provider is not None:
            yield "provider", f"provider {provider}", float(provider), "number"
        if row["visits_due"] > 0.0:
            yield "visits due", "", float(row["visits_due"]), "visits"
            yield "visits missed", "", float(row["missed"]), "visits"
            yield "visits late", "expected number", float(row["late"]), "visits"
            yield "hours delivered", "", float(row["delivered"]), "hours"
            names = ", ".join(_STAFF.get(who, str(who)) for who in self._came)
            yield "care workers who came", names, float(len(self._came)), "care workers"
            yield "continuity", "", float(row["continuity"]), "0 to 1"
            yield "experience of care", "", float(row["experience"]), "0 to 1"
        yield "quality of life", "", float(row["quality_of_life"]), "ASCOT points"
        yield "connection", "", float(row["connection"]), "0 to 1"

    def _client_now(self, market: Market) -> dict[str, Any] | None:
        row = _row(market.clients, self._client)
        if row is None:
            return None
        return {
            "status": int(row["status"]),
            "provider": _provider(market, row),
            "former": _number(market, int(row["former"])),
            "kept": bool(row["kept"]),
            "notice": int(row["notice"]),
            "nights": float(row["nights_left"]) if row["status"] == IN_HOSPITAL else 0.0,
            "waited": float(row["weeks_waiting"]),
            "need": float(row["need_hours"]),
        }

    def _worker_now(self, market: Market) -> dict[str, Any] | None:
        row = _row(market.workers, self._worker)
        if row is None:
            return None
        return {
            "status": int(row["status"]),
            "provider": _provider(market, row),
            "guaranteed": float(row["guaranteed"]),
            "pay": float(row["pay"]),
            "qualified": bool(row["qualified"]),
            "to_start": int(row["weeks_to_start"]) if row["status"] == ONBOARDING else 0,
        }

    def _note(
        self,
        who: str,
        market: Market,
        event: str,
        detail: str = "",
        value: float = float("nan"),
        unit: str = "",
        *,
        by: str = "",
        week: int | None = None,
        kind: str = CHANGE,
    ) -> None:
        week = market.week if week is None else week
        number = self._client if who == CLIENT else self._worker
        day = monday_of(week, self._start)
        self.events.append(Event(who, number, week, day, kind, event, detail, value, unit, by))


_REASONS = {DIES: "dies", MOVES: "moves to a care home", RECOVERS: "recovers and needs no more care"}
_STAFF = {OFFICE: "office staff", AGENCY: "agency staff"}
_SITUATIONS = {
    WAITING: "waiting for a provider",
    RECEIVING: "receiving care",
    IN_HOSPITAL: "in hospital",
    FIT: "fit to leave hospital, waiting for a provider",
    IN_REABLEMENT: "in reablement",
}
_JOBS = {POOL: "between jobs", ONBOARDING: "hired, not yet started", IN_POST: "in post"}
_AWAY = {ON_LEAVE: "annual leave", SICK: "off sick"}


def _week_of_worker(market: Market, row: np.void) -> Iterator[tuple[str, str, float, str]]:
    status = int(row["status"])
    yield "situation", _JOBS[status], float(status), "code"
    provider = _provider(market, row)
    if provider is None:
        return
    yield "employer", f"provider {provider}", float(provider), "number"
    yield "guaranteed hours", "", float(row["guaranteed"]), "hours a week"
    if status != IN_POST:
        return
    if row["absent"]:
        yield "absence", _AWAY[int(row["absent"])], 1.0, "week"
    yield "contact hours", "", float(row["contact"]), "hours"
    yield "travel between visits", "", float(row["travel"]), "hours"
    yield "gaps between visits", "", float(row["gap"]), "hours"
    yield "hourly pay", "", float(row["pay"]), "£ an hour"
    yield "pay of the week", "", float(row["week_pay"]), "£"
    yield "pay for an hour on duty", "recent weeks", float(row["effective_pay"]), "£ an hour"


def _row(table, number: int) -> np.void | None:
    found = np.flatnonzero(table.number == number)
    return table.rows[found[0]] if len(found) else None


def _provider(market: Market, row: np.void) -> int | None:
    return _number(market, int(row["provider"]))


def _number(market: Market, row: int) -> int | None:
    return int(market.providers.number[row]) if row >= 0 else None

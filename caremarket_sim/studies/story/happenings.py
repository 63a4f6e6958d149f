"""What a change of somebody's row is called: events in plain words, from two looks and the process between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caremarket_sim.market.codes import (
    FIT,
    GONE,
    IN_HOSPITAL,
    IN_POST,
    IN_REABLEMENT,
    LEFT,
    ONBOARDING,
    POOL,
    RECEIVING,
    WAITING,
)

MANAGES = "needs no package after reablement"
SMALLEST_PAY_CHANGE = 0.005
"""£ an hour: half a penny, below which pay is the same when written."""


def client_changes(before: dict[str, Any], after: dict[str, Any], by: str) -> Iterator[tuple[str, str, float, str]]:
    """What a change of a person's row is called: event, detail, value, unit. `by` is the process that made it."""
    nothing = float("nan")
    was, now = before["status"], after["status"]
    provider = after["provider"]
    if now == LEFT and by == "unpaid_carers_break_down":
        yield "moves to a care home", "the unpaid carer can do no more", nothing, ""
    if was == LEFT and now == WAITING:
        yield "comes back for a package", "manages without no longer", nothing, ""
    if was == IN_REABLEMENT and by == "people_relearn" and now != was:
        yield ("reablement ends", "a package is needed", nothing, "") if now == WAITING else (MANAGES, "", nothing, "")
    if now == LEFT or was == LEFT:
        return  # why is noted where the rule is asked
    if after["need"] > before["need"]:
        yield "need rises", f"from {before['need']:.1f} hours a week", after["need"], "hours a week"
    elif after["need"] < before["need"]:
        yield "need falls", f"from {before['need']:.1f} hours a week", after["need"], "hours a week"
    if was != now:
        if now == IN_HOSPITAL:
            kept = "the provider keeps the place" if after["kept"] else "the place is not kept"
            yield "goes into hospital", kept, after["nights"], "nights"
        elif now == FIT:
            yield "is fit to leave hospital", "waits there for a provider", nothing, ""
        elif was == IN_HOSPITAL and now == RECEIVING:
            yield "comes home from hospital", f"to the kept place with provider {provider}", nothing, ""
        elif was == FIT and now == RECEIVING:
            same = " again" if provider == before["former"] else ""
            yield "comes home from hospital", f"provider {provider}{same}", before["waited"], "weeks waited"
        elif was == WAITING and now == RECEIVING:
            same = " again" if provider == before["former"] else ""
            yield "care begins", f"provider {provider}{same}", before["waited"], "weeks waited"
        elif was == RECEIVING and now == WAITING:
            yield "care stops", f"provider {before['provider']} {_STOPS.get(by, 'stops')}", nothing, ""
    elif provider != before["provider"]:
        if provider is None:
            yield "loses the kept place", f"provider {before['provider']} keeps it no longer", nothing, ""
        else:
            why = "a new contract" if by == "packages_move" else "found after notice"
            yield "provider changes", f"from {before['provider']} to {provider}: {why}", nothing, ""
    if after["notice"] > 0 and before["notice"] == 0:
        yield "notice is given", _NOTICES.get(by, "care by this provider is to end"), float(after["notice"]), "weeks"


_STOPS = {"packages_are_sourced": "has served its notice", "providers_close": "closes"}
_NOTICES = {
    "self_funders_choose": "the person gives notice and looks for another provider",
    "providers_hand_back": "the provider hands the package back",
    "providers_close": "the provider is to close",
}


def worker_changes(before: dict[str, Any], after: dict[str, Any], by: str) -> Iterator[tuple[str, str, float, str]]:
    """What a change of a care worker's row is called: event, detail, value, unit."""
    nothing = float("nan")
    was, now = before["status"], after["status"]
    if was != now:
        if now == ONBOARDING:
            contract = f"{after['guaranteed']:.1f} guaranteed hours" if after["guaranteed"] else "no guaranteed hours"
            detail = f"provider {after['provider']}, £{after['pay']:.2f} an hour, {contract}"
            yield "is hired", detail, float(after["to_start"]), "weeks until the start"
        elif now == IN_POST:
            yield "starts work", f"provider {after['provider']}", nothing, ""
        elif was == POOL and now == GONE:
            yield "stops looking for work in care", "", nothing, ""
        elif now in (POOL, GONE):
            why = _LEAVES.get(by, "leaves")
            then = "looks for another job in care" if now == POOL else "leaves care work"
            yield "job ends", f"{why} provider {before['provider']} and {then}", nothing, ""
        return
    if after["provider"] != before["provider"]:
        why = "a new contract" if by == "packages_move" else "the employer is to close"
        detail = f"from {before['provider']} to {after['provider']}, with the people visited: {why}"
        yield "employer changes", detail, nothing, ""
    if (after["guaranteed"] > 0.0) != (before["guaranteed"] > 0.0):
        if after["guaranteed"] > 0.0:
            yield "gets guaranteed hours", "", after["guaranteed"], "hours a week"
        else:
            yield "loses guaranteed hours", f"{before['guaranteed']:.1f} before", 0.0, "hours a week"
    if after["qualified"] and not before["qualified"]:
        yield "qualifies", "level 2 or higher", nothing, ""
    if now == IN_POST and abs(after["pay"] - before["pay"]) >= SMALLEST_PAY_CHANGE:
        word = "rises" if after["pay"] > before["pay"] else "falls"
        yield f"pay {word}", f"from £{before['pay']:.2f} an hour", after["pay"], "£ an hour"


_LEAVES = {
    "carers_leave": "gives up the job with",
    "providers_close": "loses the job with closing",
    "packages_move": "does not move with the work of",
}

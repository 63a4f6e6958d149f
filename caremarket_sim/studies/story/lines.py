"""A life in words and numbers, all of them counted from the log of events: nothing is told that is not in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from caremarket_sim.studies.story.following import CLIENT, WORKER
from caremarket_sim.studies.story.happenings import MANAGES
from caremarket_sim.studies.story.result import Story
from caremarket_sim.telling.words import UNKNOWN

TOLD_PAY_CHANGE = 0.05
"""£ an hour: smaller changes of pay are in the log and not told."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told of a life: the event's week and name in the log, and the words."""

    scenario: str
    who: str
    week: int
    event: str
    detail: str
    words: str


def told(story: Story, scenario: str, who: str) -> list[Told]:
    """What happened to somebody in one scenario, in order, each with its date."""
    rows = story.of(scenario, who)
    same_week = set(zip(rows.week, rows.event, strict=True))
    found = []
    for row in rows.to_dict("records"):
        event, week, value = str(row["event"]), int(row["week"]), float(row["value"])
        if event == "is fit to leave hospital" and (week, "comes home from hospital") in same_week:
            continue
        if event in ("pay rises", "pay falls"):
            before = float(row["detail"].removeprefix("from £").removesuffix(" an hour"))
            if abs(value - before) < TOLD_PAY_CHANGE:
                continue
        day = date.fromisoformat(row["date"])
        amount = _amount(event, value, str(row["unit"]))
        words = ", ".join(filter(None, [f"{day.day} {day:%B %Y}: {event}{amount}", str(row["detail"])]))
        found.append(Told(scenario, who, week, event, str(row["detail"]), words))
    return found


def _amount(event: str, value: float, unit: str) -> str:
    if not np.isfinite(value) or event.startswith("loses") or (unit == "weeks waited" and value == 0.0):
        return ""
    if unit == "nights":
        return f" for {value:.0f} night{'' if value == 1 else 's'}"
    if unit == "weeks waited":
        return f" after waiting {value:.0f} week{'' if value == 1 else 's'}"
    if unit == "£ an hour":
        return f" to £{value:.2f} an hour"
    if unit == "hours a week":
        return f"{' to' if event.startswith('need') else ':'} {value:.1f} hours a week"
    return f" ({value:g} {unit})"


def facts(story: Story, scenario: str, who: str) -> dict[str, str]:
    """A life in numbers, each by what it is called, counted from the log."""
    return (_client_facts if who == CLIENT else _worker_facts)(story, scenario)


def _client_facts(story: Story, scenario: str) -> dict[str, str]:
    weeks, changes = story.of(scenario, CLIENT, "week"), story.of(scenario, CLIENT)
    total, mean = _sums(weeks)
    situations = weeks[weeks.event == "situation"].detail
    due, missed, late = total("visits due"), total("visits missed"), total("visits late")
    came = weeks[weeks.event == "care workers who came"].detail
    everybody = {name for names in came for name in str(names).split(", ") if name and not name.endswith("staff")}
    stays = changes[changes.event == "goes into hospital"]
    providers = weeks[weeks.event == "provider"].value.to_numpy()
    return {
        "At the end": _ending(story, scenario, CLIENT),
        "Weeks followed": f"{len(situations)}",
        "Weeks receiving care": f"{int((situations == 'receiving care').sum())}",
        "Weeks waiting for a provider": f"{int(situations.str.contains('waiting').sum())}",
        "Visits due": f"{due:,.0f}",
        "Visits missed": f"{missed:,.0f} ({_share(missed, due)})",
        "Visits late, expected": f"{late:,.0f} ({_share(late, due)})",
        "Hours delivered": f"{total('hours delivered'):,.0f}",
        "Different care workers who came": f"{len(everybody)}",
        "Care workers a week, mean": mean("care workers who came", 1),
        "Changes of provider": f"{int((np.diff(providers) != 0).sum())}",
        "Stays in hospital": f"{len(stays)} ({stays.value.sum():.0f} nights)" if len(stays) else "0",
        "Continuity, mean (0 to 1)": mean("continuity", 2),
        "Connection, mean (0 to 1)": mean("connection", 2),
        "Quality of life, mean (ASCOT points over no care)": mean("quality of life", 3),
    }


def _worker_facts(story: Story, scenario: str) -> dict[str, str]:
    weeks, changes = story.of(scenario, WORKER, "week"), story.of(scenario, WORKER)
    total, mean = _sums(weeks)
    situations = weeks[weeks.event == "situation"].detail
    hours = weeks[weeks.event == "contact hours"].set_index("week").value
    away = weeks[weeks.event == "absence"].set_index("week").detail
    worked = hours[~hours.index.isin(away.index)]
    steps = worked.diff().abs()[np.diff(worked.index, prepend=-9) == 1]
    in_post = situations == "in post"
    promised = weeks[(weeks.event == "guaranteed hours") & weeks.week.isin(weeks[weeks.detail == "in post"].week)]
    employers = weeks[weeks.event == "employer"].value
    return {
        "At the end": _ending(story, scenario, WORKER),
        "Weeks followed": f"{len(situations)}",
        "Weeks in post": f"{int(in_post.sum())}",
        "Weeks with guaranteed hours": f"{int((promised.value > 0).sum())}",
        "Employers": f"{employers.nunique()}",
        "Jobs that ended": f"{int((changes.event == 'job ends').sum())}",
        "Contact hours a week at work, mean": f"{worked.mean():.1f}" if len(worked) else UNKNOWN,
        "Change of hours from week to week, mean": f"{steps.mean():.1f}" if len(steps) else UNKNOWN,
        "Weeks off sick": f"{int((away == 'off sick').sum())}",
        "Weeks of annual leave": f"{int((away == 'annual leave').sum())}",
        "Hourly pay, mean": _pounds(mean("hourly pay", 2)),
        "Pay for an hour on duty, mean": _pounds(mean("pay for an hour on duty", 2)),
        "Pay in all": f"£{total('pay of the week'):,.0f}",
    }


def _sums(weeks: pd.DataFrame) -> tuple[Callable[[str], float], Callable[[str, int], str]]:
    """The sum and the mean, as text, of a measure over the weeks that have it."""

    def total(name: str) -> float:
        return float(weeks[weeks.event == name].value.sum())

    def mean(name: str, places: int) -> str:
        values = weeks[weeks.event == name].value
        return f"{values.mean():.{places}f}" if len(values) else UNKNOWN

    return total, mean


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else UNKNOWN


def _pounds(number: str) -> str:
    return number if number == UNKNOWN else f"£{number}"


_ENDS = ("dies", "moves to a care home", "recovers and needs no more care", MANAGES, "stops looking for work in care")


def _ending(story: Story, scenario: str, who: str) -> str:
    """How a life ends in the log, or where it stands when the scenarios end."""
    changes = story.of(scenario, who)
    if len(changes):
        last = changes.iloc[-1]
        day = date.fromisoformat(str(last.date))
        if last.event in _ENDS or (last.event == "job ends" and "leaves care work" in str(last.detail)):
            words = "leaves care work" if last.event == "job ends" else last.event
            return f"{words}, {day:%B %Y}"
    weeks = story.of(scenario, who, "week")
    if weeks.empty:
        return UNKNOWN
    now = weeks[weeks.event == "situation"].iloc[-1]
    place = weeks[(weeks.event.isin(["provider", "employer"])) & (weeks.week == now.week)].detail
    return now.detail + (f", {place.iloc[0]}" if len(place) else "")


def paragraph(story: Story, scenario: str, who: str) -> str:
    """A life in one scenario in a sentence or two."""
    f = facts(story, scenario, who)
    if who == CLIENT:
        return (
            f"{scenario}: of {f['Visits due']} visits due in {f['Weeks followed']} weeks, {f['Visits missed']} were "
            f"missed; {f['Different care workers who came']} different care workers came, "
            f"{f['Care workers a week, mean']} a week. Changes of provider: {f['Changes of provider']}; stays "
            f"in hospital: {f['Stays in hospital']}; weeks waiting: {f['Weeks waiting for a provider']}. Connection "
            f"was {f['Connection, mean (0 to 1)']} and quality of life "
            f"{f['Quality of life, mean (ASCOT points over no care)']} on average. At the end: {f['At the end']}."
        )
    return (
        f"{scenario}: {f['Weeks in post']} of {f['Weeks followed']} weeks in post, "
        f"{f['Weeks with guaranteed hours']} of them with guaranteed hours, for {f['Employers']} "
        f"employer{'' if f['Employers'] == '1' else 's'}; {f['Contact hours a week at work, mean']} contact hours a "
        f"week, which changed by {f['Change of hours from week to week, mean']} from one week to the next. Pay was "
        f"{f['Hourly pay, mean']} an hour and {f['Pay for an hour on duty, mean']} for an hour on duty; off sick for "
        f"{f['Weeks off sick']} weeks. At the end: {f['At the end']}."
    )

"""Dates and weeks: one step of the model is a week, and weeks begin on Mondays."""

from __future__ import annotations

from datetime import date, timedelta

WEEKS_A_YEAR = 52
MOST_YEARS = 7


def monday_from(day: date) -> date:
    """The day itself if it is a Monday, else the next Monday."""
    return day + timedelta(days=-day.weekday() % 7)


def week_of(day: date, start: date) -> int:
    """The number of the week in which something dated `day` takes effect; week 0 begins on the Monday `start`."""
    return (monday_from(day) - start).days // 7


def monday_of(week: int, start: date) -> date:
    """The Monday on which a week begins."""
    return start + timedelta(weeks=week)

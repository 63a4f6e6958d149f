"""Dates and weeks: one step of the model is a week, and weeks begin on Mondays."""

from __future__ import annotations

from datetime import date, timedelta

WEEKS_A_YEAR = 52
MOST_YEARS = 10


def monday_before(day: date) -> date:
    """The day itself if it is a Monday, else the Monday before."""
    return day - timedelta(days=day.weekday())


def week_of(day: date, start: date) -> int:
    """The number of the week that contains `day`, from which what is dated so is in force; week 0 begins on `start`.

    The model's years have 52 weeks, so that in time its April falls a week before the one with 1 April in it. The two
    then count as one: what is dated in the later is in force from the earlier, and meets that April's uplift.
    """
    monday = monday_before(day)
    week = (monday - start).days // 7
    late = week > WEEKS_A_YEAR and week % WEEKS_A_YEAR == 1
    return week - 1 if late and monday <= date(monday.year, 4, 1) <= monday + timedelta(days=6) else week


def day_of_prices(year: int, start: date) -> date:
    """A day on which the prices of the model's year hold: of the fiscal year that its first week reaches into."""
    return start + timedelta(days=6 + round(365.25 * year))


def day_met(week: int, start: date) -> date:
    """The day whose wages, prices and duties hold in a week: its Monday, and in the first week of the model's year, in
    which fees are uprated, its Sunday."""
    year, weeks = divmod(week, WEEKS_A_YEAR)
    return day_of_prices(year, start) - (timedelta(days=6) if weeks else timedelta()) + timedelta(weeks=weeks)


def week_met(day: date, start: date) -> int:
    """The first week in which holds what the nation sets from a day on."""
    week = max((day - start).days // 7 - 3, 0)
    while day_met(week, start) < day:
        week += 1
    return week


def day_in_words(day: date) -> str:
    """A day as it is written for people: 6 October 2025."""
    return f"{day.day} {day:%B %Y}"


def monday_of(week: int, start: date) -> date:
    """The Monday on which a week begins."""
    return start + timedelta(weeks=week)

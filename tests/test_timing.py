"""A change is in force in the week that contains its date, and 1 April meets that April's prices and uplift."""

from datetime import date, timedelta

import numpy as np
import pytest

from caremarket_sim import asking
from caremarket_sim.national import course
from caremarket_sim.opening.prices import price_path
from caremarket_sim.policy import NEUTRAL
from caremarket_sim.scenario import Change, load, read_place
from caremarket_sim.scenario.timing import MOST_YEARS, WEEKS_A_YEAR, monday_before, monday_of, week_of
from tests.small_place import FOLDER, small

STARTS = [date(2024, 4, 1), date(2025, 3, 31), date(2026, 3, 30), date(2025, 4, 7), date(2024, 9, 30)]
ALL_WEEKS = MOST_YEARS * WEEKS_A_YEAR


@pytest.mark.parametrize("start", STARTS, ids=str)
def test_over_ten_years_every_change_is_in_force_in_the_week_that_contains_its_date(start):
    scenario, changed = small(weeks=ALL_WEEKS), NEUTRAL.changed({"fee.level": 1.1})
    for days in range(ALL_WEEKS * 7):
        day = start + timedelta(days=days)
        week = week_of(day, start)
        contains = days // 7
        policy = type(scenario)("p", "p", scenario.path, scenario.place, ALL_WEEKS, changes=(Change(week, changed),))
        assert policy.levers_at(contains) == changed
        if monday_of(contains, start) <= date(day.year, 4, 1) <= monday_of(contains, start) + timedelta(days=6):
            assert contains - week <= 1
        else:
            assert week == contains


def test_the_command_line_takes_as_many_years_as_a_file():
    assert asking.MOST_YEARS == MOST_YEARS


def test_wages_go_on_growing_through_the_longest_horizon():
    path = price_path(small(weeks=ALL_WEEKS), small().parameters.numbers)
    aprils = path[::WEEKS_A_YEAR]
    for wage in ("legal_minimum", "real_living_wage", "outside_pay"):
        assert (np.diff(aprils[wage])[: MOST_YEARS - 1] > 0.0).all()
    assert (aprils["cost_growth"][1:MOST_YEARS] > 0.0).all()


@pytest.mark.parametrize("start", STARTS[:3], ids=str)
def test_the_first_of_april_is_in_force_when_that_aprils_prices_and_uplift_come(start):
    for year in range(MOST_YEARS):
        assert week_of(date(start.year + year, 4, 1), start) == year * WEEKS_A_YEAR


@pytest.mark.parametrize("start", STARTS[:4], ids=str)
def test_every_year_of_the_model_has_the_prices_of_its_own_april(tmp_path, start):
    place = (FOLDER / "place.yaml").read_text(encoding="utf-8")
    place = place.replace("start: 2024-04-01", f"start: {max(start, date(start.year, 4, 1))}")
    place = place.replace("price_base: 2024/25", f"price_base: {start.year}/{start.year % 100 + 1}")
    (tmp_path / "caremarket.toml").touch()
    (tmp_path / "zones.csv").write_bytes((FOLDER / "zones.csv").read_bytes())
    (tmp_path / "place.yaml").write_text(place, encoding="utf-8")
    (tmp_path / "a.yaml").write_text("format: 2\nplace: place.yaml\nyears: 5\n", encoding="utf-8")
    scenario = load(tmp_path / "a.yaml")
    assert scenario.start == start
    path = price_path(scenario, scenario.parameters.numbers)
    for year in range(5):
        april = date(start.year + year, 4, 30)
        of_the_year = path[year * WEEKS_A_YEAR : (year + 1) * WEEKS_A_YEAR]
        floor = course("national_living_wage")(april) + course("fair_pay_premium")(april)
        assert set(of_the_year["legal_minimum"]) <= {floor}
    assert path[0]["cost_growth"] == 0.0 and path[0]["wage_index"] == 1.0
    frozen = price_path(scenario.with_prices("frozen"), scenario.parameters.numbers)
    assert set(frozen["real_living_wage"]) == {course("real_living_wage")(date(start.year, 4, 30))}


def test_a_place_starts_in_the_week_that_contains_its_date():
    assert read_place(FOLDER / "place.yaml").start == date(2024, 4, 1)
    assert {monday_before(date(2024, 4, day)) for day in range(1, 8)} == {date(2024, 4, 1)}

"""Indicators as data: what a formula may be, and what is the matter with an entry."""

from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caremarket_sim.formulas import read_formula
from caremarket_sim.indicators import INDICATORS, read_indicators
from caremarket_sim.market.record import LINES, RECORD

ENTRY = """
[visits_a_person]
label = "Visits a person"
unit = "visits a week"
family = "outcomes"
better = "higher"
smallest = 0.1
audience = "citizen"
definition = "Visits due over people with a package."
formula = "visits_due / people"
"""


def columns(**values: float) -> dict[str, np.ndarray]:
    """One period's sums."""
    return {name: np.array([value]) for name, value in values.items()}


def test_an_indicator_is_read_from_its_entry_and_nothing_else():
    [(name, one)] = read_indicators(ENTRY).items()
    assert (name, one.id, one.smallest, one.headline, one.weekly) == ("visits_a_person", name, 0.1, False, False)
    assert not one.broken_down


def test_the_shipped_file_is_what_is_measured():
    text = files("caremarket_sim").joinpath("data/indicators.toml").read_text(encoding="utf-8")
    assert read_indicators(text) == INDICATORS


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('"outcomes"', '"results"', "family is 'results'; one of outcomes, costs"),
        ('"higher"', '"more"', "better is 'more'"),
        ('"citizen"', '"everybody"', "audience is 'everybody'"),
        ("0.1", "0", "above 0"),
        ("0.1", "-2", "above 0"),
        ("smallest = 0.1", "smallest = nan", "above 0"),
        ("people", "poeple", "there is no column 'poeple'"),
        (" / people", "", "grows with the period"),
        ("visits a week", "visits a year", "nothing in its formula scales weeks to a year"),
        ("label", "lable", "lable"),
        ("formula =", 'by_group = "sum_late / sum_visits"\nformula =', "go together"),
        ("formula =", 'groups = "people"\nby_group = "late / sum_visits"\nformula =', "there is no column 'late'"),
        ("formula =", 'groups = "dogs"\nby_group = "sum_late / sum_visits"\nformula =', "groups is 'dogs'"),
    ],
)
def test_what_is_the_matter_with_an_entry_is_said_with_its_name(was, now, said):
    assert was in ENTRY
    text = ENTRY.replace(was, now) if was != "people" else ENTRY.replace("/ people", "/ poeple")
    with pytest.raises(ValueError, match=r"data/indicators\.toml, visits_a_person: ") as refused:
        read_indicators(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').getcwd()",
        "people.sum()",
        "people[0]",
        "(lambda: people)()",
        "people if people else weeks",
        "people ** 2 / people",
        "people // weeks",
        "people < weeks",
        "[people for people in weeks]",
        "at_least(people, weeks) / weeks",
        "paid('council')",
        "paid('council', 'nobody') / weeks",
        "True / 2",
        "'people'",
        "",
        "people /",
        "1 + people / weeks + people",
        "people * weeks",
    ],
)
def test_a_formula_is_arithmetic_on_known_columns_of_one_degree_and_nothing_else(text):
    paid = {("council", "anyone"): ["fees"]}
    with pytest.raises(ValueError, match="."):
        read_formula(text, ("people", "weeks", "fees"), lambda payer, payee: paid.get((payer, payee), []))


def test_what_is_divided_by_nothing_has_no_value():
    assert np.isnan(read_formula("people / weeks", ("people", "weeks"))(columns(people=3.0, weeks=0.0)))
    assert np.isnan(read_formula("1 - people / weeks * 52", ("people", "weeks"))(columns(people=0.0, weeks=0.0)))


def test_a_formula_can_set_a_floor_under_what_it_divides_by():
    formula = read_formula("people / at_least(weeks, 1)", ("people", "weeks"))
    assert formula(columns(people=3.0, weeks=0.0)) == 3.0 and formula(columns(people=3.0, weeks=2.0)) == 1.5


def test_what_anyone_pays_is_all_lines_of_the_books_in_their_order():
    payers = {payer for payer, _, _ in LINES.values()}
    everything = read_formula('paid("anyone", "anyone") / weeks', RECORD.names, all_of)
    by_payer = [read_formula(f'paid("{payer}", "anyone") / weeks', RECORD.names, all_of) for payer in payers]
    rows = np.array([tuple(range(1, len(RECORD.names) + 1))], RECORD)
    assert everything(rows) == pytest.approx(sum(formula(rows) for formula in by_payer))


def all_of(payer: str, payee: str) -> list[str]:
    """The lines of the books between two parties."""
    return [name for name, (by, to, _) in LINES.items() if payer in (by, "anyone") and payee in (to, "anyone")]


@given(st.lists(st.floats(1.0, 1e6), min_size=3, max_size=3), st.sampled_from([2.0, 4.0, 0.5]))
def test_a_formula_is_worth_the_same_for_as_many_times_the_weeks(values, times):
    names = ("people", "fees", "weeks")
    formula = read_formula("(fees - people) / weeks * 52 + 2 * people / (people + weeks)", names)
    people, fees, weeks = values
    assert formula(columns(people=people, fees=fees, weeks=weeks)) == pytest.approx(
        (fees - people) / weeks * 52 + 2 * people / (people + weeks)
    )
    many = columns(people=people * times, fees=fees * times, weeks=weeks * times)
    assert formula(many) == formula(columns(people=people, fees=fees, weeks=weeks))

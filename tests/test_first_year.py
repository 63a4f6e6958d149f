"""The chance of a bad first year."""

import numpy as np
import pytest

from caremarket_sim.findings.first_year import ANY, RISKS, first_year_of, first_years
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.runs.design import Sample
from caremarket_sim.scenario import load
from caremarket_sim.telling.words import first_year_sentences
from tests.test_compare import WIGAN, outcome


def sample(name, years, **risks):
    """A sample of four futures in which all is zero but these values in the first two years: (future, year)."""
    scenario = load(WIGAN / f"{name}.yaml").with_weeks(52 * years)
    empty = outcome(scenario, 0.0, years)
    arrays = {one: np.repeat(getattr(empty, one)[None], 4, 0) for one in
              ("weekly", "yearly", "overall", "stages", "breakdowns", "counts")}  # fmt: skip
    for risk, values in risks.items():
        arrays["yearly"][:, :2, list(INDICATORS).index(risk)] = values
    return Sample(scenario=scenario, replicates=(1, 2, 3, 4), **arrays)


def test_the_first_year_is_the_one_after_the_contracts_start_and_without_a_change_there_is_none():
    assert first_year_of(load(WIGAN / "block.yaml")) == 1, "a tender of 24 weeks"
    assert first_year_of(load(WIGAN / "collaborative.yaml")) == 2, "after nine months of co-design"
    assert first_year_of(load(WIGAN / "collaborative.yaml").with_weeks(60)) is None
    assert first_year_of(load(WIGAN / "baseline.yaml")) is None


def test_a_first_year_is_as_likely_bad_as_futures_in_it_are_worse_by_what_matters():
    few = INDICATORS["closures"].smallest
    ours = sample("collaborative", 3, closures=[[0, few], [9, 0.9 * few], [0, -few], [0, 0]],
                  people_displaced=[[0, 100], [0, 0], [0, 0], [0, 0]])  # fmt: skip
    found = first_years({"baseline": sample("baseline", 3), "collaborative": ours}, "baseline")
    assert list(found.indicator) == [*RISKS, ANY] and set(found.year) == {2} and set(found.replicates) == {4}
    rows = found.set_index("indicator")
    assert (rows.worse_in["closures"], rows.better_in["closures"]) == (0.25, 0.25), "too small a difference is neither"
    assert (rows.worse_in["people_displaced"], rows.worse_in["missed_share"], rows.worse_in[ANY]) == (
        0.25,
        0,
        0.25,
    )


@pytest.mark.parametrize("reference", ["block", "baseline"])
def test_who_stays_and_the_reference_have_no_first_year(reference):
    samples = {name: sample(name, 3) for name in ("block", "baseline", "collaborative")}
    assert set(first_years(samples, reference).scenario) == {"block", "collaborative"} - {reference}


def test_it_is_said_in_a_sentence_a_policy():
    ours = sample("block", 2, people_displaced=[[100, 0], [-100, 0], [0, 0], [0, 0]])
    (said,) = first_year_sentences(first_years({"baseline": sample("baseline", 2), "block": ours}, "baseline"))
    assert "bad first year of block (year 1" in said and "by what matters: 1 of 4 futures" in said
    assert "people displaced in 1, fewer in 1" in said

"""Wigan told again: how a fact is held beside the model, and that the story is one that can be told."""

import numpy as np
import pytest

from benchmarks import retelling
from benchmarks.retelling import AGREES, CANNOT_TELL, DIFFERS, NO, PUT_IN, Fact, facts, hold
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.runs.design import gather, play_all, tasks_of
from caremarket_sim.scenario import load
from tests.small_place import small


@pytest.fixture(scope="module")
def samples():
    """Two years of the small place under two ways of commissioning, standing in for the story and for blocks."""
    scenarios = [small("collaborative", 104), small("block", 104)]
    tasks = tasks_of(scenarios, (1, 2))
    found, _ = gather(tasks, play_all(tasks, workers=0))
    return {"story": found["collaborative"], "blocks": found["block"]}


def planted(samples, name, story, blocks):
    """The same, one indicator at these values (future, year)."""
    column = list(INDICATORS).index(name)
    changed = {}
    for which, values in (("story", story), ("blocks", blocks)):
        yearly = samples[which].yearly.copy()
        yearly[:, :, column] = values
        changed[which] = type(samples[which])(
            **{
                **{field: getattr(samples[which], field) for field in samples[which].__slots__},
                "yearly": yearly,
            }
        )
    return changed


def fact(**changes):
    return Fact(**{"source": "W9", "said": "", "held": "against blocks", "weak": "", "years": (1, 2), **changes})


def test_a_clear_difference_agrees_or_differs_by_its_sign_and_any_other_cannot_be_told(samples):
    lower = planted(samples, "turnover", [[0.2, 0.21], [0.19, 0.2]], [[0.3, 0.3], [0.29, 0.3]])
    assert hold(fact(indicator="turnover", direction=-1), lower).verdict == AGREES
    assert hold(fact(indicator="turnover", direction=1), lower).verdict == DIFFERS
    noisy = planted(samples, "turnover", [[0.2, 0.2], [0.4, 0.4]], [[0.3, 0.3], [0.3, 0.3]])
    assert hold(fact(indicator="turnover", direction=-1), noisy).verdict == CANNOT_TELL


def test_similar_is_within_the_share_that_is_stated(samples):
    near = planted(samples, "council_spend", 104.0, 100.0)
    assert hold(fact(indicator="council_spend", near=0.05), near).verdict == AGREES
    assert hold(fact(indicator="council_spend", near=0.03), near).verdict == DIFFERS


def test_levels_and_growth_are_held_between_their_bounds(samples):
    grown = planted(samples, "fee", [[20.0, 21.2], [20.0, 21.2]], 20.0)
    assert hold(fact(held="level", indicator="fee", years=(1,), low=19, high=21), grown).verdict == AGREES
    found = hold(fact(held="growth", indicator="fee", years=(2,), low=0.05, high=0.081), grown)
    assert found.verdict == AGREES and found.model.startswith("+6.0%")
    assert hold(fact(held="growth", indicator="fee", years=(2,), low=0.07, high=0.08), grown).verdict == DIFFERS


def test_what_was_put_in_and_what_cannot_be_compared_is_not_tested(samples):
    assert hold(fact(held="put in"), samples).verdict == PUT_IN
    assert hold(fact(held="no", indicator="people_waiting"), samples).verdict == NO


def test_every_fact_says_what_makes_it_weak_and_has_a_known_indicator_of_years_that_are_told():
    story = load(retelling.SCENARIO)
    for one in facts():
        assert one.weak and one.said
        assert one.held in ("against blocks", "level", "growth", "put in", "no")
        assert (one.held in ("put in", "no")) or one.indicator in INDICATORS
        assert all(1 <= year <= story.weeks // 52 for year in one.years)
    assert {"W2", "W3", "W5", "W9", "W19", "W21"} <= {one.source for one in facts()}


def test_the_page_has_every_fact_and_a_column_a_year_of_the_story(samples):
    held = [hold(Fact("W1", "said", "put in", "weak"), samples)]
    text = retelling.document(samples, held)
    assert "| W1 | said | – | put in | weak |" in text and "2018/19 | 2019/20 |" in text
    assert "1 put in" in text and text.count("| story |") == len(retelling.SHOWN)


def test_the_storys_wages_grow_as_the_legal_ones_did():
    story = load(retelling.SCENARIO)
    legal = [7.83, 8.21, 8.72, 8.91, 9.50, 10.42, 11.44, 12.21]
    told = [change.settings["national_living_wage"].amount for change in story.national]
    np.testing.assert_allclose(np.array(told) / 11.44, np.array(legal[1:]) / legal[0], rtol=0.001)

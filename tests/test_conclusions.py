"""What holds over the plausible set: gains and losses by one rule, view by view, gone on with where it was stopped."""

import numpy as np
import pytest

from benchmarks import plausible_views
from benchmarks.conclusions import DOWN, SMALL, UP, conclusion, found_in, frame_of, page
from benchmarks.plausible_views import AS_WRITTEN, EQUAL_BUDGET, EQUAL_FEE, PLACEBO, SETTLED, Asked, forms_of, views_of
from caremarket_sim.findings.draws import shipped_draws
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.runs.design import replicate_seeds
from tests.small_place import small

TURNOVER = list(INDICATORS).index("turnover")
SMALLEST = INDICATORS["turnover"].smallest


def turnover(means, chance=0.0, futures=4, seed=0):
    """Differences (draw, future, indicator) whose turnover has these means of draws."""
    gaps = np.zeros((len(means), futures, len(INDICATORS)))
    noise = np.random.default_rng(seed).normal(0, chance, (1, futures)) if chance else np.zeros((1, futures))
    gaps[:, :, TURNOVER] = np.asarray(means)[:, None] + noise - noise.mean()
    return gaps


def test_a_difference_of_one_sign_in_all_draws_is_a_gain_or_a_loss_by_the_same_rule():
    spread = np.linspace(8, 12, 24) * SMALLEST
    for sign, mark in ((-1, UP), (1, DOWN)):
        found = found_in(turnover(sign * spread), "turnover")
        assert found.same_sign == 1.0
        assert found.mark(INDICATORS["turnover"]) == mark


def test_a_difference_that_turns_within_the_set_is_not_known_and_one_that_never_matters_is_too_small():
    turned = found_in(turnover(np.linspace(-8, 12, 24) * SMALLEST), "turnover")
    assert 0.5 < turned.same_sign < 0.95
    assert turned.mark(INDICATORS["turnover"]) == ""
    assert found_in(turnover(np.linspace(0.1, 0.9, 24) * SMALLEST), "turnover").mark(INDICATORS["turnover"]) == SMALL


def test_the_same_luck_in_every_draw_is_no_certainty():
    found = found_in(turnover(np.full(24, 4.0) * SMALLEST, chance=20 * SMALLEST), "turnover")
    assert found.same_sign == 1.0, "all draws meet the same futures"
    assert found.mark(INDICATORS["turnover"]) == "", "which four futures can do"


def test_ignorance_is_told_from_chance():
    assert found_in(turnover(np.linspace(8, 12, 24) * SMALLEST), "turnover").ignorance == pytest.approx(1.0)
    assert found_in(turnover(np.full(24, 0.1), chance=0.1), "turnover").ignorance == pytest.approx(0.0, abs=1e-9)


def test_losses_are_told_in_the_same_line_as_gains():
    (line,) = conclusion({AS_WRITTEN: {"collaborative": turnover(np.linspace(8, 12, 24) * SMALLEST)}}, "collaborative")[
        :1
    ]
    assert "gains nothing that is sure. Loses turnover" in line


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    names = ("collaborative", "zero-hours-spot")
    return Asked(small("baseline", 104), tuple(small(name, 104) for name in names), shipped_draws()[:2],
                 replicate_seeds(1, 2), 2, tmp_path_factory.mktemp("conclusions") / "kept", workers=0)  # fmt: skip


@pytest.mark.slow
def test_every_view_is_simulated_kept_and_not_simulated_again(asked, monkeypatch):
    views, sentences, weeks = views_of(asked)
    forms = forms_of(asked)
    assert {AS_WRITTEN, EQUAL_FEE, EQUAL_BUDGET, SETTLED} <= views.keys()
    spend = list(INDICATORS).index("council_spend")
    base = asked.baseline.place.council_clients * 1e4
    for policy, gap in views[EQUAL_BUDGET].items():
        written = views[AS_WRITTEN][policy]
        assert gap.shape == written.shape == (2, 2, len(INDICATORS))
        assert abs(gap[:, :, spend].mean()) <= max(0.003 * base, 1e-9) or "no terms" in sentences[policy]
        assert abs(gap[:, :, spend].mean()) <= abs(written[:, :, spend].mean()) + 1e-6
    for name in ("switched", "forms", "settled/draw-1", "settled/draw-2"):
        assert (asked.keep / name / "ledger.sqlite").is_file()
        assert (asked.keep / name / "manifest.json").is_file()

    def again(*_, **__):
        raise AssertionError("simulated again")

    monkeypatch.setattr(plausible_views, "over_all", again)
    monkeypatch.setattr(plausible_views.equal_budget, "search", again)
    repeated, said, _ = views_of(asked)
    assert said == sentences
    for view, gaps in views.items():
        for policy, gap in gaps.items():
            assert np.array_equal(gap, repeated[view][policy], equal_nan=True)
    text = page(asked, views, sentences, weeks, forms)
    assert text.count("Loses ") == text.count(": gains ") >= 2 * 3
    assert ("## The same money as plain fee" in text) == (PLACEBO in views)
    assert set(frame_of(views).view) == set(views)

"""Very many factors are screened by rank correlation: what matters is found, luck is kept to its share, and it ends."""

import shutil
import time
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, spearmanr

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.methods import screening
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.samplers import Sampler
from caremarket_sim.studies.calibration.validation_tables import kept_tables, screened
from caremarket_sim.studies.sensitivity.figures import kinds_of
from caremarket_sim.studies.sensitivity.files import sensitivity_files
from caremarket_sim.studies.sensitivity.study import MOST_FACTORS, sensitivity
from caremarket_sim.studies.sweep.design_factors import assumed_parameters
from caremarket_sim.studies.sweep.study import sweep_of_function
from tests.small_place import FOLDER

MANY, SAMPLES = 463, 600
MATTER = np.array([3.0, -2.0, 1.5, 1.0, 1.0, 0.8, -0.8, 0.8, 0.8, 0.8])
"""The known additive function: ten of many factors matter, and chance beside them."""


def latin(rng, samples=SAMPLES, factors=MANY):
    """A Latin hypercube: a column a random order of the same points, independent of the others."""
    return rng.permuted(np.tile((np.arange(samples)[:, None] + 0.5) / samples, (1, factors)), axis=0)


def additive(points, rng):
    return points[:, : len(MATTER)] @ MATTER + rng.normal(0, 0.6, len(points))


@cache
def known(factors=MANY):
    """A screening of the known function through the path that a sweep of the model takes."""
    chance = iter(np.random.default_rng(3).normal(0, 0.6, SAMPLES))
    names = [Factor(f"assumed.{place}") for place in range(factors)]
    done = sweep_of_function(lambda *values: float(np.dot(values[: len(MATTER)], MATTER) + next(chance)), names,
                             Sampler("latin_hypercube", SAMPLES))  # fmt: skip
    return sensitivity(done)


def test_ten_of_463_factors_that_matter_are_found_with_their_signs_and_luck_finds_no_more_than_its_share():
    rng = np.random.default_rng(1)
    false_shares = []
    for _ in range(40):
        points = latin(rng)
        found = screening.screen(points, additive(points, rng))
        assert found.found[: len(MATTER)].all()
        assert (np.sign(found.partial[: len(MATTER)]) == np.sign(MATTER)).all()
        false_shares.append(found.found[len(MATTER) :].sum() / found.found.sum())
    error = np.std(false_shares) / np.sqrt(len(false_shares))
    assert np.mean(false_shares) <= screening.FALSE_SHARE + 2 * error


def test_where_nothing_matters_nothing_is_found_in_nineteen_screenings_of_twenty():
    rng = np.random.default_rng(2)
    found = [screening.screen(latin(rng), rng.exponential(size=SAMPLES) ** 3).found.any() for _ in range(100)]
    assert np.mean(found) <= screening.FALSE_SHARE + 2 * np.sqrt(0.05 * 0.95 / 100)


def test_a_weak_factor_behind_a_strong_one_is_found_although_its_plain_correlation_is_nothing_to_speak_of():
    rng = np.random.default_rng(4)
    points = latin(rng)
    output = 10 * points[:, 0] + points[:, 1] + rng.normal(0, 0.5, SAMPLES)
    found = screening.screen(points, output)
    assert abs(found.plain[1]) < screening.smallest_found(SAMPLES, MANY)
    assert found.found[1]


def test_a_factor_as_strong_as_the_smallest_that_is_promised_is_found_four_times_in_five():
    rng = np.random.default_rng(5)
    size = screening.smallest_found(SAMPLES, MANY)
    pearson = 2 * np.sin(np.pi * size / 6)  # of two normal variables with that rank correlation
    hits = []
    for _ in range(100):
        points = rng.normal(size=(SAMPLES, MANY))
        output = pearson * points[:, 0] + np.sqrt(1 - pearson**2) * rng.normal(size=SAMPLES)
        hits.append(screening.screen(points, output).found[0])
    assert np.mean(hits) >= screening.POWER - 2 * np.sqrt(0.8 * 0.2 / 100)
    assert np.mean(hits) < 0.95, "it promises far less than it keeps"


def test_p_values_of_an_output_with_few_different_values_are_those_of_its_random_orders():
    rng = np.random.default_rng(6)
    points, output = latin(rng, 40, 5), rng.integers(0, 3, 40).astype(float)
    found = screening.screen(points, output)
    ranks = rankdata(points, axis=0)
    shuffled = np.array([np.abs(spearmanr(ranks[:, 0], rng.permutation(output)).statistic) for _ in range(4000)])
    assert found.p[0] == pytest.approx(np.mean(shuffled >= abs(found.plain[0]) - 1e-12), abs=0.03)
    assert found.plain[0] == pytest.approx(spearmanr(points[:, 0], output).statistic)


def test_the_partial_correlation_of_a_strong_factor_is_that_beside_the_other_strong_ones():
    rng = np.random.default_rng(7)
    points = latin(rng)
    output = additive(points, rng)
    found = screening.screen(points, output)
    ranks, target = rankdata(points[:, found.held], axis=0), rankdata(output)
    for place, factor in enumerate(found.held):
        others = np.column_stack([np.ones(SAMPLES), np.delete(ranks, place, axis=1)])
        left = [one - others @ np.linalg.lstsq(others, one, rcond=None)[0] for one in (ranks[:, place], target)]
        assert found.partial[factor] == pytest.approx(np.corrcoef(*left)[0, 1], abs=1e-9)


def test_false_discovery_is_that_of_the_paper():
    p = np.array([0.01, 0.02, 0.03, 0.5])
    assert screening.false_discovery(p) == pytest.approx([0.04, 0.04, 0.04, 0.5])
    assert screening.false_discovery(p[::-1]) == pytest.approx([0.5, 0.04, 0.04, 0.04])


def test_a_bend_that_lifts_as_much_as_it_lowers_is_not_found_as_the_words_say():
    rng = np.random.default_rng(8)
    points = latin(rng)
    assert not screening.screen(points, (points[:, 0] - 0.5) ** 2 + rng.normal(0, 0.01, SAMPLES)).found[0]
    assert any("lifts an output in one half of its range and lowers it" in said for said in known().summary())


def test_a_sweep_of_very_many_factors_is_screened_in_seconds_and_says_why_nothing_else_was_worked_out():
    start = time.process_time()
    found = known.__wrapped__()
    assert time.process_time() - start < 10
    assert {index.measure for index in found.analyses[0].indices} == {screening.PARTIAL, screening.PLAIN}
    said = " ".join(found.summary())
    assert "No other index was worked out: with 463 factors" in said
    assert "10 of 463 factors go with it, most assumed.0 (+0.8" in said
    ranking = found.ranking()
    assert set(ranking.factor[ranking.clear]) == {f"assumed.{place}" for place in range(len(MATTER))}
    assert ranking.factor[1] == "assumed.1", "ranked by size, whatever the sign"


def test_few_factors_are_analysed_as_before():
    assert MOST_FACTORS >= 40
    found = known.__wrapped__(factors=len(MATTER))
    assert found.analyses[0].screen is None
    assert found.screening().empty
    assert "screening.csv" not in dict(sensitivity_files(found, figures=False))


def test_the_files_of_a_screening_have_a_factor_a_row_and_the_twenty_strongest_drawn():
    found = known()
    files = dict(sensitivity_files(found))
    table = found.screening()
    assert len(table) == MANY
    assert (table.found.head(len(MATTER)) == 1).all()
    assert table.found.sum() == len(MATTER)
    assert kinds_of(found.analyses[0]) == ("bars",)
    assert files["figures/y-function-bars.png"].startswith(b"\x89PNG")
    assert {"screening.csv", "ranking.csv", "indices.csv", "summary.txt"} <= files.keys()
    with pytest.raises(BadInput, match="tornado is not drawn of 463 factors"):
        found.plot("tornado")


def test_samples_without_a_value_are_left_out_and_the_promise_is_of_those_that_are_left():
    done = known().sweep
    results = done.results.copy()
    results[::2] = np.nan
    found = sensitivity(replace(done, results=results)).analyses[0]
    assert found.screen is not None
    assert found.screen.samples == SAMPLES // 2
    assert found.screen.smallest_found > screening.smallest_found(SAMPLES, MANY)


def test_the_validation_document_takes_a_screening_by_rank_correlation_for_what_it_is(tmp_path):
    for name, content in sensitivity_files(known(), figures=False):
        (tmp_path / name).write_bytes(content)
    tables = kept_tables([tmp_path], None)
    assert list(tables["screening"].factor.head(2)) == ["assumed.0", "assumed.1"]
    assert tables["screening"].score.max() == 1.0
    text = " ".join(screened(tables))
    assert "partial rank correlation" in text
    assert "Morris" not in text


@pytest.mark.slow
def test_a_design_of_assumptions_is_simulated_screened_and_told_by_the_command(tmp_path, monkeypatch, capsys):
    (tmp_path / "caremarket.toml").touch()
    shutil.copytree(FOLDER, tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    design = tmp_path / "everything.yaml"
    design.write_text(
        "format: 2\nscenarios: [small/baseline.yaml, small/zero-hours-spot.yaml]\nyears: 1\noutputs: both\n"
        "indicators: [turnover, council_spend]\nsampler: {method: latin_hypercube, samples: 33}\nfactors: assumptions\n"
    )
    status = main(["sensitivity", str(design), "--out", "found", "--workers", "0", "--no-figures"])
    assert status in (0, 4), "at the ends of its ranges a place may fail, which is told"
    table = pd.read_csv("found/screening.csv", encoding="utf-8-sig")
    assert set(table.factor) == {one.name for one in assumed_parameters()}
    assert (table.outputs == 6).all()
    assert f"{len(table)} factors were screened on" in capsys.readouterr().out

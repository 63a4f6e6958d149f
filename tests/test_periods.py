"""Periods: which weeks a number is of, and that verdicts go by those in which everything compared is in force."""

import csv
import dataclasses
import json
import shutil
import sqlite3
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.periods import page
from caremarket_sim import indicators
from caremarket_sim.__main__ import main
from caremarket_sim.errors import BadInput
from caremarket_sim.findings import economics, equal_budget, frames
from caremarket_sim.indicators import INDICATORS, STAGES
from caremarket_sim.market.record import RECORD
from caremarket_sim.policy import of_preset
from caremarket_sim.results.periods import Periods, in_force_from, periods_beside, verdict_period
from caremarket_sim.results.store import Store
from caremarket_sim.runs.plan import layout
from caremarket_sim.settling import code_version
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.studies.compare.study import carry_out_comparison, compare, plan_comparison
from caremarket_sim.studies.explain.study import explain
from caremarket_sim.studies.stress.study import carry_out_stress, plan_stress
from caremarket_sim.studies.sweep.design_files import read_design
from caremarket_sim.studies.sweep.study import load_sweep, sweep
from caremarket_sim.telling.answer import bottom_line, other_signs
from tests.small_place import FOLDER, small
from tests.test_compare import sample

pytestmark = pytest.mark.usefixtures("undrawn")
COUNTED = [
    name
    for name, one in INDICATORS.items()
    if one.unit.endswith("a year") and not one.unit.startswith(("share", "a person", "of a hundred"))
]
"""Indicators that are so many a year: over a period, value times weeks is what was counted."""

STARTS = date(2024, 4, 1)


def periods(weeks: int, in_force: int | None) -> Periods:
    return Periods(STARTS, weeks, in_force)


@st.composite
def recorded_weeks(draw):
    """Rows of records, and the week from which all is in force: also the first, the last, and one after the end."""
    weeks = draw(st.integers(1, 130))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = rng.integers(1, 1000, (weeks, len(RECORD.names))).astype(float)
    rows = np.ascontiguousarray(values).view(RECORD)[:, 0]
    rows["weeks"] = 1.0
    return rows, draw(st.one_of(st.none(), st.integers(0, weeks + 5)))


# What a period holds


@given(recorded_weeks())
def test_the_transition_and_the_weeks_in_force_add_up_to_all_for_whatever_is_counted(found):
    rows, in_force = found
    transition, now, _ = indicators.stages(rows, in_force)
    whole = indicators.evaluate(indicators.add_up(rows.reshape(1, -1)))[0]
    first = len(rows) if in_force is None else min(in_force, len(rows))
    names = list(INDICATORS)
    assert len(COUNTED) > 20
    for name in COUNTED:
        at = names.index(name)
        parts = [values[at] * weeks for values, weeks in ((transition, first), (now, len(rows) - first)) if weeks]
        assert sum(parts) == pytest.approx(whole[at] * len(rows), rel=1e-9, abs=1e-6), name
    assert np.isnan(transition).all() == (first == 0)
    assert np.isnan(now).all() == (first == len(rows))


@given(recorded_weeks())
def test_a_ratio_is_of_sums_over_the_period_and_no_mean_of_ratios(found):
    rows, in_force = found
    first = len(rows) if in_force is None else min(in_force, len(rows))
    ratios = {
        "zero_hours_share": ("zero_hours", "in_post", 1),
        "unpaid_breakdowns": ("n_unpaid_breakdowns", "unpaid_carers", 5200),
    }
    for stage, part in enumerate((rows[:first], rows[first:], rows[-52:])):
        for name, (over, under, times) in ratios.items():
            value = indicators.stages(rows, in_force)[stage, list(INDICATORS).index(name)]
            if len(part):
                assert value == pytest.approx(times * part[over].sum() / part[under].sum())
            else:
                assert np.isnan(value)


@given(st.integers(1, 364), st.one_of(st.none(), st.integers(0, 400)))
def test_periods_partition_the_horizon(weeks, in_force):
    found = periods(weeks, in_force)
    assert [*found.of("transition"), *found.of("in force")] == list(range(weeks)) == list(found.of("all"))
    assert len(found.of("last year")) == min(weeks, 52)
    assert ("transition" in found.names) == (in_force != 0)
    assert ("in force" in found.names) == (in_force is not None and in_force < weeks)
    assert found.verdicts == ("in force" if "in force" in found.names else "all")
    for name in found.names:
        assert (found.ends(name) - found.begins(name)).days == 7 * len(found.of(name)) - 1


# From when everything is in force


def test_without_a_policy_everything_is_in_force_from_the_first_week():
    found = periods(156, in_force_from([small("baseline", 156)]))
    assert found.names == ("all", "in force", "last year", "year_1", "year_2", "year_3")
    assert found.words == "in force from the first week, 3 years"
    assert periods_beside(found.names) == ("last year",)


def test_the_weeks_are_the_same_for_all_from_the_date_on_which_the_last_is_in_force():
    base = small("baseline", 260)
    dear, spot, late = base.with_levers(fee__level=1.1), small("block", 260), later(base, 130)
    assert in_force_from([base, dear]) == 0
    alone = in_force_from([spot])
    assert alone is not None and 0 < alone < 130
    assert in_force_from([base, spot, dear]) == alone
    assert in_force_from([late, spot, base]) == in_force_from([base, late]) == 130


def later(scenario, week, **levers):
    """The scenario with a policy from a later week on: a fee a tenth higher."""
    changed = scenario.with_levers(fee__level=1.1, **levers)
    (change,) = changed.changes
    return dataclasses.replace(changed.named("dearer"), changes=(dataclasses.replace(change, week=week),))


def test_what_is_never_in_force_leaves_verdicts_to_all_weeks_and_says_so():
    late = small("baseline", 52).with_levers(dict(of_preset("collaborative")))  # designed for nine months first
    never = periods(52, in_force_from([small("baseline", 52), late]))
    assert never.in_force is None
    assert never.names == ("all", "transition", "last year", "year_1")
    assert never.verdicts == "all"
    assert "not everything is in force before the end" in never.sentence


def test_fewer_than_52_weeks_in_force_are_said_with_the_horizon_that_would_leave_them():
    assert periods(156, 104).warning is None
    assert periods(156, 105).warning == (
        "Only 51 weeks in force are left, too few for a fair verdict: --years 4 would leave a year."
    )
    assert "let it begin earlier" in (periods(520, 500).warning or "")
    assert periods(156, 105).warning in periods(156, 105).sentence


def test_the_date_and_the_length_are_said_as_people_write_them():
    assert periods(260, 89).words == "in force from 15 December 2025, 3.3 years"
    assert periods(260, 89).called("all") == "all 5 years"
    assert periods(60, 30).words == "in force from 28 October 2024, 30 weeks"


# What verdicts and sentences go by


def compared(in_force_gap, all_gap, in_force=60):
    """A comparison of a policy whose turnover differs by one number in force and by another over all weeks."""
    base, policy = small("baseline", 104), small("block", 104)
    spread = np.random.default_rng(1).normal(size=(10, 1)) * 1e-4
    at = list(INDICATORS).index("turnover")
    ours = sample(base, np.full((10, len(INDICATORS)), 0.5), in_force=in_force)
    theirs = sample(policy, np.full((10, len(INDICATORS)), 0.5), in_force=in_force)
    theirs.overall[:, at] += all_gap + spread[:, 0]
    theirs.stages[:, STAGES.index("in force"), at] += in_force_gap + spread[:, 0]
    return Comparison({"baseline": ours, "block": theirs}, "baseline", 1, tuple(range(10)))


def test_the_sentence_is_about_the_weeks_in_force_and_says_where_the_mean_of_all_has_the_other_sign():
    found = compared(-0.05, 0.04)
    said = bottom_line(found.frame(), found.spend(), "block", found.periods)
    assert "better on turnover of care workers (−5.0 percentage points)" in said[1]
    assert other_signs(found.frame(), "block") == [
        "With the way there included it is the other way round for block on turnover of care workers "
        "(−5.0 percentage points in force, +4.0 percentage points over all weeks)."
    ]
    assert not other_signs(compared(-0.05, -0.04).frame(), "block")
    assert not other_signs(compared(-0.0001, 0.0001).frame(), "block"), "no noise is reported"


def test_python_gives_the_frame_of_a_period_and_refuses_one_that_there_is_not():
    found = compared(-0.05, 0.04)
    now = found.period("in force").set_index("indicator")
    assert now.loc["turnover"].verdict == "better"
    assert found.period("all").set_index("indicator").loc["turnover"].verdict == "worse"
    assert set(found.frame().period) == set(found.periods.names)
    assert verdict_period(found.frame().period) == "in force"
    with pytest.raises(BadInput, match="in force"):
        found.period("in forse")
    with pytest.raises(BadInput, match="from the first week"):
        compared(0.1, 0.1, in_force=0).period("transition")


def test_the_page_of_periods_marks_where_the_mean_of_all_years_turned_the_sign():
    said = page(compared(-0.05, 0.04))
    (row,) = [line for line in said.splitlines() if "Turnover of care workers" in line]
    assert "| +4.0 ▼ |" in row and "| −5.0 ▲ |" in row and row.endswith("**turned** |")
    assert "- block, turnover of care workers: worse over all years, better in force" in said
    assert "**turned**" not in page(compared(-0.05, -0.04))


# What else goes by the same weeks


def test_an_explanation_is_of_the_weeks_in_which_the_whole_policy_is_in_force():
    base = small("baseline", 104)
    policy = later(base, 40)
    found = explain(policy, against=base, replicates=3, knock_outs=False, workers=0)
    whole = found.frame().query("group == 'whole'").set_index("indicator")["value"]
    plain = compare(base, policy, replicates=3, assumption_replicates=0, workers=0, baseline=False)
    now, every = (plain.period(one).set_index("indicator").difference for one in ("in force", "all"))
    np.testing.assert_allclose(whole, now[whole.index])
    assert not np.allclose(whole, every[whole.index])
    assert "in force from 6 January 2025, 1.2 years" in found.summary()[-1]


def test_a_budget_is_made_equal_in_the_weeks_in_force():
    base = small("baseline", 104)
    plain = compare(base, later(base, 40), replicates=2, assumption_replicates=0, workers=0, baseline=False)
    (found,) = equal_budget.solve(plain.samples, "baseline", plain.seeds, workers=0)
    assert found.solved is not None
    at = list(INDICATORS).index("council_spend")
    solved, wanted = (one.period("in force")[:, at].mean() for one in (found.solved.sample, plain.samples["baseline"]))
    assert solved == pytest.approx(wanted, rel=equal_budget.WITHIN)


def test_a_shock_that_meets_a_policy_in_preparation_is_said():
    """Of three years a collaborative framework is in force in the last; a shock in the first meets its tender."""

    def said(first_week):
        how = {"replicates": 2, "years": 3, "first_week": first_week}
        planned = plan_stress([small("collaborative")], shocks=["absence"], **how)
        return " ".join(carry_out_stress(planned, workers=0).summary())

    assert "some of them meet the shock in preparation" in said(20)
    assert "in preparation" not in said(110)


# A policy of a later year, on screen, in CSV, report and JSON


WORDS = ["--years", "3", "--replicates", "3", "--workers", "0", "--assumption-replicates", "1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A scenario whose policy is of the second year, beside the small place as it is; and their comparison."""
    home = tmp_path_factory.mktemp("later")
    (home / "caremarket.toml").write_text("", encoding="utf-8")
    for file in FOLDER.iterdir():
        shutil.copy(file, home / file.name)
    (home / "dearer.yaml").write_text(
        "format: 2\nextends: baseline.yaml\ntitle: A higher fee from the second year\npolicy:\n"
        "  - from: 2025-10-06\n    why: to see\n    set: {fee.level: 1.15}\n",
        encoding="utf-8",
    )
    files = [str(home / f"{name}.yaml") for name in ("baseline", "dearer")]
    assert main(["compare", *files, "--out", str(home / "results"), *WORDS, "--report", "--quiet"]) == 0
    return home


def again(folder, *more):
    files = [str(folder / f"{name}.yaml") for name in ("baseline", "dearer")]
    return main(["compare", *files, "--out", str(folder / "results"), *WORDS, "--report", "--resume", *more])


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_years_before_a_policy_do_not_dilute_what_it_does(folder):
    """The mean of all years did: with 79 of 156 weeks before the change, it is half of what the policy does."""
    table = {(row["period"], row["indicator"]): row for row in rows(folder / "results" / "differences.csv")}
    for name in COUNTED:
        assert float(table["transition", name]["difference"]) == 0.0
        now, whole = (float(table[period, name]["difference"]) for period in ("in force", "all"))
        assert now * 77 == pytest.approx(whole * 156, rel=1e-6, abs=1e-3), name
    assert table["in force", "fee"]["verdict"] == "higher"
    assert table["transition", "fee"]["verdict"] == "identical"
    weeks = {row["period"]: row for row in rows(folder / "results" / "periods.csv")}
    assert weeks["in force"] == {
        "period": "in force", "first_week": "80", "weeks": "77", "begins": "2025-10-06", "ends": "2027-03-28",
        "verdicts": "True",
    }  # fmt: skip


def test_the_verdict_is_the_same_on_screen_in_csv_in_the_report_and_in_json(folder, capsys):
    table = [row for row in rows(folder / "results" / "differences.csv") if row["period"] == "in force"]
    verdicts = {row["indicator"]: row["verdict"] for row in table if INDICATORS[row["indicator"]].headline}
    assert again(folder, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["indicator"]: row["verdict"] for row in found["differences"]} == verdicts
    assert found["period"] == "in force"
    assert found["weeks"].endswith("in force from 6 October 2025, 1.5 years.")
    assert again(folder) == 0
    shown = " ".join(capsys.readouterr().out.split())
    (said,) = found["sentences"].values()
    assert found["weeks"] in shown and " ".join(said) in shown
    page = (folder / "results" / "report.html").read_text(encoding="utf-8")
    assert all(sentence in page for sentence in said[:3])
    assert found["weeks"] in page
    assert "Grey: transition, to 5 October 2025" in page


def test_money_is_also_a_sum_over_all_years(folder, capsys):
    spend = {(row["scenario"], row["payer"]): row for row in rows(folder / "results" / "spend.csv")}
    every = [row for row in rows(folder / "results" / "yearly.csv") if row["indicator"] == "council_spend"]
    for name in ("baseline", "dearer"):
        total = sum(float(row["value"]) for row in every if row["scenario"] == name) / 3
        assert float(spend[name, "Council"]["mean"]) == pytest.approx(total)
        payers = [float(spend[name, payer]["mean"]) for payer in economics.PAYERS]
        assert float(spend[name, "All"]["mean"]) == pytest.approx(sum(payers))
    assert again(folder) == 0
    assert "over all 3 years, the way there included, the council spends £" in " ".join(capsys.readouterr().out.split())
    assert "What everybody pays over all 3 years together" in (folder / "results" / "report.html").read_text()


def test_runs_counted_from_another_week_are_not_mixed_with_others(folder, tmp_path, capsys):
    results = tmp_path / "results"
    shutil.copytree(folder / "results", results)
    files = [str(folder / f"{name}.yaml") for name in ("baseline", "block")]
    assert main(["compare", *files, "--out", str(results), *WORDS, "--resume"]) == 2
    said = capsys.readouterr().err
    assert "the runs here count as in force from week 80" in said and "another --out" in said


def test_results_of_the_format_before_are_refused_in_one_sentence(folder, tmp_path, capsys):
    results = tmp_path / "results"
    shutil.copytree(folder / "results", results)
    with sqlite3.connect(results / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE provenance SET value = '1' WHERE name = 'results_format'")
    ledger.close()
    for words in (["report", str(results)], ["sql", str(results), "select 1"]):
        assert main(words) == 2
        assert "these results have format 1, and this version reads 2" in capsys.readouterr().err


def test_the_runs_come_out_again_with_their_periods(folder, capsys):
    assert main(["reproduce", str(folder / "results"), "--replicates", "1", "--workers", "0"]) == 0
    assert "identical to the byte" in capsys.readouterr().out
    query = "select count(distinct period) from outcomes"
    assert main(["sql", str(folder / "results"), query, "--json"]) == 0
    assert "7" in capsys.readouterr().out


def test_what_is_kept_of_a_run_is_given_back_to_the_bit(tmp_path):
    scenarios = [small("baseline", 104), later(small("baseline", 104), 40)]
    plan = plan_comparison(scenarios, replicates=2, assumption_replicates=0)
    with Store.open(tmp_path / "results", layout(), code_version()) as store:
        first = carry_out_comparison(plan, store=store, workers=0)
        second = carry_out_comparison(plan, store=store, workers=0)
    assert first.periods.in_force == 40
    for name, one in first.samples.items():
        np.testing.assert_array_equal(one.stages, second.samples[name].stages)
    np.testing.assert_array_equal(frames.levels(first.samples)["mean"], frames.levels(second.samples)["mean"])


# Sweeps


@pytest.mark.parametrize("period", ["all", "in force", "last year"])
def test_a_sweep_is_of_the_weeks_that_its_design_names(folder, tmp_path, period):
    path = folder / f"{period.replace(' ', '-')}.yaml"
    path.write_text(
        "format: 2\nscenarios: [baseline.yaml, dearer.yaml]\nyears: 3\nindicators: [fee]\noutputs: differences\n"
        f"period: {period}\nsampler: {{method: latin_hypercube, samples: 2}}\n"
        "factors: {travel.density_exponent: {}}\n",
        encoding="utf-8",
    )
    found = sweep(read_design(path), workers=0)
    gap = found.of(found.questions()[0])
    assert main(["sweep", str(path), "--out", str(tmp_path / "out"), "--workers", "0", "--quiet"]) == 0
    kept = load_sweep(tmp_path / "out")
    np.testing.assert_array_equal(kept.results, found.results)
    assert kept.period == period
    low, high = {"all": (1.5, 2.2), "in force": (3.0, 4.5), "last year": (3.0, 4.5)}[period]
    assert (gap > low).all() and (gap < high).all()


def test_a_sweep_cannot_ask_about_weeks_in_force_where_something_never_is(folder):
    path = folder / "never.yaml"
    path.write_text(
        "format: 2\nscenarios: [baseline.yaml, late.yaml]\nyears: 1\nperiod: in force\n"
        "sampler: {method: latin_hypercube, samples: 2}\nfactors: {travel.density_exponent: {}}\n",
        encoding="utf-8",
    )
    late = "format: 2\nextends: baseline.yaml\npolicy:\n  - {from: 2024-04-01, use: collaborative}\n"
    (folder / "late.yaml").write_text(late, encoding="utf-8")
    with pytest.raises(BadInput, match="never in force"):
        sweep(path, workers=0)
    with pytest.raises(BadInput, match="last year"):
        sweep(path, allow="never-in-force", why="to see", workers=0)

"""What in a bundle did it: coalitions are valid scenarios, values add up, what is said is in the tables."""

import json
from dataclasses import replace
from functools import cache

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from caremarket_sim.cli import main
from caremarket_sim.documents.formats import results_tables
from caremarket_sim.errors import BadInput, ComparisonRefused
from caremarket_sim.findings.equal_budget import WITHIN
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.policy import LEVERS, PRESETS, of_preset
from caremarket_sim.policy.settings import unmet_needs
from caremarket_sim.scenario import Change
from caremarket_sim.studies.compare.run import run
from caremarket_sim.studies.explain.coalitions import (
    AS_WRITTEN,
    EQUAL_BUDGET,
    EQUAL_FEE,
    POLICY_GROUPS,
    Bundle,
    with_needs_met,
)
from caremarket_sim.studies.explain.files import explanation_files
from caremarket_sim.studies.explain.frames import sampling_error
from caremarket_sim.studies.explain.study import PRESENT, explain, plan_explanation
from tests.small_place import FOLDER, REGIMES, small
from tests.test_policy import lever_settings

WEEKS = 20


@cache
def bundle():
    """A policy of three groups: pay by the plan, sick pay, and a higher fee."""
    return small("baseline", WEEKS).named("bundle").with_levers(
        contract__payment_basis="planned_time",
        contract__minimum_visit_minutes=30,
        employment__sick_pay=1.0,
        fee__level=1.2,
    )  # fmt: skip


@cache
def explained():
    return explain(bundle(), replicates=3, workers=0, equal_fee=True, equal_budget=True)


def of(frame, view=AS_WRITTEN, **wanted):
    for column, value in {"view": view, **wanted}.items():
        frame = frame[frame[column] == value]
    return frame


@pytest.mark.parametrize("regime", REGIMES)
def test_every_coalition_and_knock_out_of_a_preset_is_a_valid_scenario(regime):
    plan = plan_explanation(small(regime), replicates=2, equal_fee=True).plan
    for scenario in plan.scenarios:
        for change in scenario.changes:
            assert not {
                key: found for key in LEVERS if off(key, change.levers) and (found := unmet_needs(key, change.levers))
            }


def off(key, levers):
    return levers[key] != LEVERS[key].neutral


@given(st.sampled_from(sorted(PRESETS)), lever_settings)
@settings(max_examples=50)
def test_levers_are_made_valid_by_setting_none_but_those_that_lack_what_they_need(preset, values):
    levers = of_preset(preset).changed(values)
    found = with_needs_met(levers)
    assert not any(off(key, found) and unmet_needs(key, found) for key in LEVERS)
    for key in found.differences(levers):
        assert found[key] == LEVERS[key].neutral
    valid = not any(off(key, levers) and unmet_needs(key, levers) for key in LEVERS)
    assert (found == levers) == valid


def test_the_ends_are_the_reference_and_the_policy_and_each_coalition_has_its_groups_levers():
    whole = Bundle(AS_WRITTEN, small("baseline"), small("collaborative"))
    assert whole.coalition(0).key == small("baseline").key
    every = 2 ** len(whole.groups) - 1
    assert whole.coalition(every).key == small("collaborative").key
    theirs, ours = small("collaborative").levers_at(0), small("baseline").levers_at(0)
    for number in (1, 2, 5, every - 1):
        levers = whole.coalition(number).levers_at(0)
        for key in LEVERS:
            place = whole.groups.index(LEVERS[key].group) if LEVERS[key].group in whole.groups else None
            taken = place is not None and number >> place & 1
            without_effect = taken and unmet_needs(key, levers.changed({key: theirs[key]}))
            assert levers[key] == (theirs if taken and not without_effect else ours)[key], key


def test_levers_that_change_on_later_dates_are_taken_with_their_dates():
    first, later = small("baseline").levers_at(0), small("collaborative").levers_at(0)
    policy = replace(bundle(), changes=(Change(0, first.changed({"fee.level": 1.1})), Change(10, later)))
    made = Bundle(AS_WRITTEN, small("baseline", WEEKS), policy)
    fee = made.coalition(1 << made.groups.index("fee"))
    assert [fee.levers_at(week)["fee.level"] for week in (0, 9, 10)] == [1.1, 1.1, 1.0]
    assert fee.levers_at(10)["fee.rule"] == "open_book"
    assert fee.levers_at(10)["employment.sick_pay"] == first["employment.sick_pay"]


def test_coalitions_that_mean_the_same_share_a_run():
    plan = plan_explanation(bundle(), replicates=2, knock_outs=False).plan
    assert len(plan.scenarios) == 8, "three groups differ, whatever the number of groups"
    assert plan.runs == 16


def test_a_lever_that_others_need_is_set_back_with_them():
    found = {one.lever: one for one in Bundle(AS_WRITTEN, small("baseline"), small("collaborative")).knock_outs()}
    assert set(found["procurement.zoned"].also) == {"contract.sourcing", "procurement.backup_share"}
    assert not found["stewardship.open_book"].also  # the norm still limits the surplus in an open-book fee
    assert found["employment.sick_pay"].also == ()
    assert set(found) == {key for key, value in PRESETS["collaborative"].items() if value != LEVERS[key].neutral}


@pytest.mark.parametrize("view", [AS_WRITTEN, EQUAL_FEE, EQUAL_BUDGET])
def test_values_add_up_to_the_whole_difference_in_every_future(view):
    one = next(one for one in explained().views if one.name == view)
    whole = one.values[-1] - one.values[0]
    np.testing.assert_allclose(one.shapley.sum(axis=0), whole, rtol=1e-9, atol=1e-9 * np.abs(one.values[0]).max())
    frame = of(explained().frame(), view)
    sums = frame[frame.measure == "shapley"].groupby("indicator")["value"].sum()
    wholes = frame[frame.measure == "difference"].set_index("indicator")["value"]
    np.testing.assert_allclose(sums[wholes.index], wholes, rtol=1e-9, atol=1e-6)


def test_a_group_at_the_references_values_has_exactly_nought():
    frame = explained().frame()
    idle = frame[frame.group.isin(set(POLICY_GROUPS) - {"contract", "employment", "fee"})]
    assert len(idle)
    assert (idle[["value", "low", "high"]] == 0.0).all(axis=None)
    assert (of(frame, EQUAL_FEE, group="fee")[["value", "low", "high"]] == 0.0).all(axis=None)
    moved = of(frame, measure="shapley", group="fee", indicator="council_spend")
    assert (moved.low > 0.0).all(), "and one that is not has something"


def test_the_whole_difference_is_that_of_running_the_two():
    frame = of(explained().frame(), measure="difference").set_index("indicator")
    levels = {}
    for scenario in (small("baseline", WEEKS), bundle()):
        sample = run(scenario, replicates=3, workers=0).sample
        levels[scenario.name] = dict(zip(INDICATORS, sample.overall.mean(axis=0), strict=True))
    for name in frame.index:
        assert frame.loc[name, "mean"] == pytest.approx(levels["bundle"][name])
        assert frame.loc[name, "reference_mean"] == pytest.approx(levels["baseline"][name])
        assert frame.loc[name, "value"] == pytest.approx(levels["bundle"][name] - levels["baseline"][name], abs=1e-9)


def test_a_lever_set_back_gives_what_the_policy_without_it_does():
    found = of(explained().knock_outs(), lever="fee.level", indicator="council_spend").iloc[0]
    without = run(bundle().with_levers(fee__level=1.0), replicates=3, workers=0).sample
    spend = list(INDICATORS).index("council_spend")
    assert found.mean_without == pytest.approx(without.overall[:, spend].mean())
    assert found.difference == pytest.approx(found["mean"] - found.mean_without)
    assert (found.set_to, found.set_back_to, found.group) == ("1.2", "1", "fee")


def test_at_an_equal_budget_the_whole_costs_what_the_reference_does():
    row = of(explained().frame(), EQUAL_BUDGET, measure="difference", indicator="council_spend").iloc[0]
    assert abs(row["value"]) <= WITHIN * row.reference_mean
    assert "costs the council what" in explained().notes[0]


def test_sampled_orders_add_up_too_and_come_near_the_exact_values():
    sampled = explain(bundle(), replicates=3, workers=0, orders=12, knock_outs=False)
    view, exact = sampled.views[0], explained().views[0]
    np.testing.assert_allclose(view.shapley.sum(axis=0), view.values[-1] - view.values[0], rtol=1e-9, atol=1e-3)
    frame, wanted = sampled.frame(), explained().frame()
    keys = ["indicator", "group", "measure"]
    both = frame.merge(of(wanted), on=keys, suffixes=("", "_exact"))
    known = both[both.measure.isin(["alone", "last"])]
    np.testing.assert_allclose(known["value"], known.value_exact, rtol=1e-9, atol=1e-9)
    spend = both[(both.indicator == "council_spend") & (both.measure == "shapley") & (both.group == "fee")].iloc[0]
    assert spend.low <= spend.value_exact <= spend.high
    assert sampled.interactions().empty
    assert exact.orders is None
    assert (frame.orders == 12).all()


def test_the_sampling_error_is_that_of_pairs_of_orders():
    added = np.array([1.0, 3.0, 5.0, 7.0]).reshape(4, 1, 1)
    assert sampling_error(added)[0, 0] == pytest.approx(2.0), "pairs come to 2 and 6: spread 2.83 over two of them"
    assert np.isnan(sampling_error(added[:2])[0, 0])


def test_what_cannot_be_explained_is_refused():
    with pytest.raises(BadInput, match="the same levers as present-regime, so there is nothing to explain"):
        explain(small("baseline"))
    with pytest.raises(ComparisonRefused, match="horizon"):
        explain(bundle(), against=small("block"))
    with pytest.raises(BadInput, match="no headline 'turnovr'; did you mean turnover"):
        explained().plot("turnovr")


@pytest.mark.usefixtures("undrawn")
def test_words_figures_and_tables_are_whole():
    files = dict(explanation_files(explained()))
    headlines = [one.id for one in INDICATORS.values() if one.headline]
    pictures = {
        f"figures/{name}-{view}.png" for name in headlines for view in ("as-written", "equal-fee", "equal-budget")
    }
    assert set(files) == {"explanation.csv", "interactions.csv", "knock_outs.csv", "summary.txt"} | pictures
    text = files["summary.txt"].decode()
    assert all(INDICATORS[name].label in text for name in headlines)
    assert "fee +£0.1" in text
    assert explained()._repr_html_().count("<table") == 3


def test_a_figure_is_the_same_each_time_whatever_else_is_drawn():
    views = explained().views
    together, alone = (dict(explanation_files(replace(explained(), views=some))) for some in (views[:2], views[1:2]))
    figures = {name: content for name, content in alone.items() if name.startswith("figures")}
    assert len(figures) == 9 and figures.items() <= together.items()


@pytest.mark.usefixtures("undrawn")
def test_the_command_writes_tables_goes_on_after_a_stop_and_can_be_verified(tmp_path, capsys):
    file = tmp_path / "bundle.yaml"
    file.write_text(
        "format: 2\ntitle: Sick pay\nextends: baseline.yaml\n"
        "policy:\n  - {from: 2024-04-01, why: to see, set: {employment.sick_pay: 1}}\n"
    )
    for name in ("baseline.yaml", "place.yaml", "zones.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / "caremarket.toml").write_text("")
    out = tmp_path / "out"
    asked = ["explain", str(file), "--replicates", "2", "--years", "1", "--workers", "0", "--out", str(out)]
    assert main([*asked, "--dry-run"]) == 0
    assert "4 runs in 2 tasks" in capsys.readouterr().out
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["reference"] for row in found["explanation"]} == {PRESENT}
    table = pd.read_csv(out / "explanation.csv", encoding="utf-8-sig")
    assert set(table.group) == {"whole", *POLICY_GROUPS}
    told = results_tables()[0]
    for name in ("explanation.csv", "interactions.csv", "knock_outs.csv"):
        assert list(pd.read_csv(out / name, encoding="utf-8-sig").columns) == told[name]["columns"]
    assert main(["verify", str(out)]) == 0
    assert main(asked) == 2
    assert main([*asked, "--resume", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["explain", str(tmp_path / "baseline.yaml")]) == 2
    assert "nothing to explain" in capsys.readouterr().err

"""How a regime begins: from the settled baseline, through a tender, in a phase of its cycle; how a place names it."""

from dataclasses import replace

import numpy as np
import pytest

from caremarket_sim import settling
from caremarket_sim.errors import BadInput
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import NEUTRAL, of_preset
from caremarket_sim.regimes import BEGINNING, course_of, cycle_of, phase_of
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.runs.resolved import resolved_json, scenario_from
from caremarket_sim.scenario import PROVIDER_TYPE, Change, load, read_place
from caremarket_sim.scenario.timeline import timeline
from tests.small_place import FOLDER, REGIMES, WIGAN, alike, small

QUICK = {"baseline.regime_years": 7}
BEGIN = settling.begin
RETENDER = "procurement.retender_at_start"


def standing(name, **parameters):
    """A preset as the standing regime of the small place."""
    return small(name, 52).standing().with_parameters({**QUICK, **parameters})


def of_its_own(name):
    """The small place under a preset that is its own regime."""
    scenario = standing(name)
    return replace(scenario, place=replace(scenario.place, home=None))


def test_a_place_at_neutral_levers_begins_as_the_baseline_does():
    scenario = small("baseline")
    place = scenario.place
    assert place.is_baseline and place.baseline.key == place.key
    market, alone = settling.settle(scenario, 1), settling.settle_baseline(scenario, 1)
    for table in ("clients", "workers", "providers", "commissioners"):
        assert alike(getattr(market, table).rows, getattr(alone, table).rows)


def test_the_baseline_runs_on_as_a_regime_does_where_regimes_are_compared():
    scenario = small("baseline", 52).with_parameters(QUICK)
    stands = scenario.standing()
    assert not stands.place.is_baseline and stands.place.home is scenario.place and stands.place.regime == NEUTRAL
    assert course_of(stands.place, stands.parameters.numbers, 1).weeks == 7 * 52
    settled, went_on = settling.settle(stands, 1), settling.settle_baseline(scenario, 1)
    went_on.week = BEGINNING
    went_on.series = np.zeros((7 * 52, 1), went_on.series.dtype)
    for _ in range(7 * 52):
        settling.one_week(went_on, scenario.parameters.numbers, Numbers(NEUTRAL.row), 1)
    for name in ("clients", "workers"):
        assert alike(getattr(settled, name).rows, getattr(went_on, name).rows)


@pytest.mark.parametrize("name", ["zero-hours-spot", "block"])
def test_a_regime_is_what_a_switch_from_the_baseline_comes_to_in_the_long_run(name):
    scenario = standing(name)
    course = course_of(scenario.place, scenario.parameters.numbers, 1)
    settled = settling.settle(scenario, 1)
    decided = Numbers(of_preset(name).row)
    switched = settling.settle_baseline(small("baseline").with_parameters(QUICK), 1)
    switched.week = BEGINNING
    switched.series = np.zeros((course.weeks, 1), switched.series.dtype)
    for week in range(course.weeks):
        levers = Numbers(NEUTRAL.row) if week < course.lead else decided
        settling.one_week(switched, scenario.parameters.numbers, levers, 1)
    for table, columns in {
        "clients": ("number", "status", "provider", "quality_of_life"),
        "workers": ("number", "status", "provider", "pay", "guaranteed"),
        "providers": ("number", "open", "contracted", "rate", "trust"),
    }.items():
        for column in columns:
            assert np.array_equal(getattr(getattr(settled, table), column), getattr(getattr(switched, table), column))


@pytest.mark.parametrize("name", REGIMES)
@pytest.mark.parametrize("seed", [1, 2])
def test_at_the_start_contracts_have_run_as_long_as_the_futures_phase_says(name, seed):
    scenario = standing(name)
    course = course_of(scenario.place, scenario.parameters.numbers, seed)
    assert course.weeks % 52 == 0, "April stays in April"
    market = settling.settle(scenario, seed)
    council = market.commissioners.rows[0]
    if council["tender_due"]:
        assert council["tender_due"] == course.cycle - course.phase + 1
    else:
        assert council["contract_end"] == course.cycle - course.phase
    assert market.week == 0 and len(market.series) == course.cycle


def test_a_tender_that_is_over_is_no_lever_in_force():
    market = settling.settle(standing("block"), 1)
    wanted = of_preset("block").changed({RETENDER: False})
    for levers in (market.levers, market.decided, market.asked):
        assert levers.tobytes() == wanted.row.tobytes()


def test_the_phases_of_futures_are_spread_over_the_cycle():
    phases = np.sort([phase_of(seed) for seed in replicate_seeds(1, 300)])
    assert np.abs(phases - np.linspace(0, 1, 300)).max() < 0.1
    assert {phase_of(seed) == phase_of(seed) for seed in (0, 2**64 - 1)} == {True}


def test_a_cycle_is_the_term_or_what_it_takes_to_let_contracts_where_that_is_longer():
    p = small().parameters.numbers
    assert [cycle_of(of_preset(name), p) for name in REGIMES] == [364, 156, 52]
    designed = of_preset("zero-hours-spot").changed({"stewardship.codesign_months": 18})
    assert cycle_of(designed, p) == 78 + 24
    assert cycle_of(NEUTRAL, p, tendered=False) == 52


def test_intercepts_are_the_baselines_whatever_the_regime():
    baseline, block = (settling.settle(one, 1).commissioners.rows[0] for one in (small(), of_its_own("block")))
    for solved in ("leaving_intercept", "contract_intercept", "late_intercept", "leg_factor", "hours_a_post"):
        assert baseline[solved] == block[solved]
    for own in ("referral_factor", "self_referral_factor", "budget"):
        assert baseline[own] != block[own]


def test_a_regime_has_lived_with_a_budget_that_follows_what_it_spends():
    market, baseline = settling.settle(of_its_own("block"), 1), settling.settle(small(), 1)
    spent = settling.spent_a_week(settling.recorded(market, 0))
    ours, theirs = (one.commissioners.rows[0]["budget"] for one in (market, baseline))
    assert ours == pytest.approx(spent, rel=0.05) and abs(ours - spent) < abs(theirs - spent)


def test_when_its_clock_starts_nothing_of_a_regime_changes_but_the_books(monkeypatch):
    went_on = {}
    monkeypatch.setattr(settling, "begin", lambda market: (went_on.update(market=market.copy()), BEGIN(market)))
    started = settling.settle(of_its_own("block"), 1)
    before, after = went_on["market"].commissioners.rows[0], started.commissioners.rows[0]
    changed = {name for name in after.dtype.names if before[name] != after[name]}
    assert changed <= {"referred", "died"}, changed
    for table in ("clients", "workers"):
        assert getattr(went_on["market"], table).rows.tobytes() == getattr(started, table).rows.tobytes()


def test_people_are_referred_as_under_the_places_own_regime_whatever_else_is_asked_of_it():
    block = of_its_own("block")
    asked = replace(block, place=block.place.under(of_preset("zero-hours-spot")))
    assert asked.place.home == block.place and asked.place.under(of_preset("block")) is block.place
    ours, theirs = (settling.settle(one, 1).commissioners.rows[0] for one in (block, asked))
    assert ours["referral_factor"] == theirs["referral_factor"] and ours["budget"] != theirs["budget"]


def test_who_holds_a_contract_on_day_one_is_as_the_list_says_whatever_the_regime():
    block = of_its_own("block")
    listed = [("A", 1, 0, -1, -1, -1), ("B", 0, 0, -1, -1, -1), ("C", 1, 0, -1, -1, -1), ("D", 0, 0, -1, -1, -1)]
    place = replace(block.place, providers=np.array(listed, PROVIDER_TYPE))
    market = settling.settle(replace(block, place=place), 1)
    course = course_of(place, block.parameters.numbers, 1, known_of_day_one=True)
    assert market.commissioners.rows[0]["contract_end"] == course.cycle - course.phase
    assert market.levers["contract_guaranteed_volume"][0] == 0.9
    held = dict(zip(market.providers.number.tolist(), market.providers.contracted.tolist(), strict=True))
    assert [held[number] for number in (1, 2, 3, 4)] == [1, 0, 1, 0]


HEAD = "format: 2\nname: Another\nextends: place.yaml\nregime:"


@pytest.fixture
def written(tmp_path):
    for name in ("place.yaml", "zones.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())

    def write(text):
        (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
        return tmp_path / "other.yaml"

    return write


def test_a_place_begins_under_a_preset_or_one_with_differences_or_levers(written):
    whole = read_place(written(f"{HEAD} block\n"))
    assert whole.regime == of_preset("block").changed({RETENDER: False}) and whole.tendered
    differs = read_place(written(f"{HEAD}\n  use: block\n  set: {{contract.term_years: 5}}\n"))
    assert differs.regime == whole.regime.changed({"contract.term_years": 5}) and differs.tendered
    levers = read_place(written(f"{HEAD} {{contract.payment_basis: planned_time}}\n"))
    assert levers.regime == NEUTRAL.changed({"contract.payment_basis": "planned_time"}) and not levers.tendered
    assert len({place.key for place in (whole, differs, levers, small().place)}) == 4
    assert whole.baseline.key == small().place.key and whole.zones.tobytes() == small().place.zones.tobytes()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"{HEAD} blok\n", "regime is 'blok'"),
        (f"{HEAD}\n  use: block\n  fee.level: 1.1\n", "unknown key fee.level in regime"),
        ("format: 2\nname: Another\nextends: place.yaml\n", "lacks regime"),
        ("format: 2\nname: A\nextends: other.yaml\nregime: block\n", "there is no other place file"),
        ("format: 2\nname: A\nextends: place.yaml\nregime: block\nzones: zones.csv\n", "unknown key zones"),
    ],
)
def test_a_regime_that_cannot_be_is_refused_with_what_is_wrong(written, text, what):
    with pytest.raises(BadInput, match=what):
        read_place(written(text))


def test_a_standing_regime_can_be_made_again_from_its_text(tmp_path):
    scenario = standing("collaborative")
    again = scenario_from(resolved_json(scenario), tmp_path)
    assert again.key == scenario.key and again.place.home is not None
    assert again.place.home.key == small().place.key


def test_from_block_as_it_was_another_policy_begins_with_a_tender():
    stay, change = (load(WIGAN / "as-it-was" / f"{name}.yaml") for name in ("stay", "collaborative"))
    assert stay.place.tendered and not stay.changes and stay.place.key == change.place.key
    assert stay.place.baseline.key == load("builtin:wigan/baseline").place.key
    assert load("builtin:wigan/as-it-was/stay").key == stay.key
    [tender] = timeline(change).tenders
    assert tender.change == 0


def test_where_contracts_are_let_they_are_let_again_under_a_policy_that_lets_none_itself():
    stay = load(WIGAN / "as-it-was" / "stay.yaml")
    assert stay.standing().place is stay.place
    dearer = stay.with_levers(fee__uplift_share=1.0).standing()
    assert dearer.place.tendered and dearer.place.regime["fee.uplift_share"] == 1.0


def test_shocks_are_no_regime():
    scenario = small("baseline", 104)
    hit = replace(scenario, changes=(Change(60, NEUTRAL.changed({"shocks.demand": 1.5})),))
    assert hit.standing().place.key == scenario.standing().place.key

"""CareMarket is a full Mesa model that agrees with the columns at every step."""

import mesa
import numpy as np
import pytest

from benchmarks.plain_mesa import PlainModel, seconds_of_plain_mesa
from caremarket_sim.agents import KINDS, CareWorker, Client, Commissioner, Provider
from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import INDICATORS, WEEKLY
from caremarket_sim.market.codes import GONE, LEFT
from caremarket_sim.model import PROCESSES, CareMarket
from caremarket_sim.scenario import load
from caremarket_sim.settling import simulate
from tests.small_place import small
from tests.test_architecture import PACKAGE, imported


def run(model):
    while model.running:
        model.step()
    return model


def numbers_in_the_columns(model):
    market = model.market
    return {
        Client: market.clients.number[market.clients.status != LEFT].tolist(),
        CareWorker: market.workers.number[market.workers.status != GONE].tolist(),
        Provider: market.providers.number[market.providers.open == 1].tolist(),
        Commissioner: market.commissioners.number.tolist(),
    }


@pytest.mark.smoke
def test_a_model_that_is_run_gives_what_the_scenario_simulated_gives():
    simulated = simulate(1, [small(weeks=8)])[0]
    outcome = run(CareMarket(small(weeks=8), rng=1)).outcome
    for name in ("weekly", "yearly", "overall", "breakdowns", "counts"):
        assert np.array_equal(getattr(outcome, name), getattr(simulated, name), equal_nan=True)


def test_looking_changes_nothing():
    watched, alone = (CareMarket(small(weeks=60), rng=1) for _ in range(2))
    while watched.running:
        watched.step()
        watched.agents.shuffle_do("step")
        watched.agents.agg("number", max)
    run(alone)
    assert watched.market.series.tobytes() == alone.market.series.tobytes()
    assert watched.market.workers.rows.tobytes() == alone.market.workers.rows.tobytes()


def test_a_run_that_nobody_looks_at_makes_no_agents(monkeypatch):
    monkeypatch.setattr(mesa.Agent, "__init__", lambda self, *_: pytest.fail("an agent was made"))
    run(CareMarket(small(weeks=4), rng=1))


@pytest.mark.smoke
def test_agents_are_those_in_the_columns_every_week_and_sets_that_are_held_stay_true():
    model = CareMarket(small(weeks=60), rng=1)
    held, everybody = {kind: model.agents_by_type[kind] for kind in KINDS}, model.agents
    came, went = set(), set()
    before = set(numbers_in_the_columns(model)[Client])
    while model.running:
        model.step()
        expected = numbers_in_the_columns(model)
        for kind in KINDS:
            here = sorted(expected[kind])
            assert sorted(agent.number for agent in held[kind]) == here
            assert sorted(agent.number for agent in model.agents_by_type[kind]) == here
            assert all(type(agent) is kind for agent in held[kind])
        assert len(everybody) == len(model.agents) == sum(len(numbers) for numbers in expected.values())
        here = set(expected[Client])
        came, went, before = came | (here - before), went | (before - here), here
    assert came
    assert went
    assert model.agent_types == list(KINDS)


def test_agents_come_and_go_within_a_week_for_a_process_that_looks():
    looked = []

    def somebody_counts(market, parameters, policy, draws):
        looked.append([agent.number for agent in model.agents_by_type[Client]] == numbers_in_the_columns(model)[Client])

    processes = [step for process in PROCESSES for step in (process, somebody_counts)]
    model = CareMarket(small(weeks=5), rng=1, processes=processes)
    run(model)
    assert len(looked) == 5 * len(PROCESSES)
    assert all(looked)


@pytest.mark.smoke
def test_mesas_ways_of_asking_work_and_agree_with_the_columns():
    model = CareMarket(small(), rng=1)
    model.step()
    workers, here = model.market.workers, model.market.workers.status != GONE
    agents = model.agents_by_type[CareWorker]
    assert agents.agg("pay", np.mean) == pytest.approx(workers.pay[here].mean(), rel=1e-12)
    assert agents.agg("pay", [min, max]) == [workers.pay[here].min(), workers.pay[here].max()]
    zero_hours = agents.select(lambda worker: worker.status_name == "in post" and worker.guaranteed == 0.0)
    assert len(zero_hours) == np.count_nonzero((workers.status == 2) & (workers.guaranteed == 0.0)) > 0
    assert len(model.agents.select(agent_type=Provider)) == np.count_nonzero(model.market.providers.open)
    by_status = agents.groupby("status_name").count()
    assert by_status["in post"] == np.count_nonzero(workers.status == 2)
    in_order = agents.sort("pay", ascending=True).get("pay")
    assert in_order == sorted(workers.pay[here])
    agents.do(lambda worker: setattr(worker, "pay", worker.pay + 1.0))
    assert agents.agg("pay", min) == in_order[0] + 1.0
    assert model.agents_by_type[CareWorker].groupby("provider").agg("pay", len)


def test_agents_removed_while_others_are_asked_are_not_missed():
    model = CareMarket(small(), rng=1)
    asked = []

    def half_leave(worker):
        asked.append(worker.number)
        if worker.number % 2:
            worker.remove()
        assert model.agents

    expected = numbers_in_the_columns(model)[CareWorker]
    model.agents_by_type[CareWorker].do(half_leave)
    assert asked == expected
    assert numbers_in_the_columns(model)[CareWorker] == [number for number in expected if number % 2 == 0]


@pytest.mark.smoke
def test_a_data_collector_agrees_with_the_columns():
    model = CareMarket(small(weeks=3), rng=1)
    model.datacollector = mesa.DataCollector(
        model_reporters={"waiting": "people_waiting", "agents": lambda model: len(model.agents)},
        agent_reporters={"number": "number", "pay": lambda agent: getattr(agent, "pay", None)},
        agenttype_reporters={CareWorker: {"pay": "pay"}, Provider: {"margin": "margin"}},
    )
    pay = []
    while model.running:
        model.step()
        workers = model.market.workers
        pay.append(workers.pay[workers.status != GONE])
    collected = model.datacollector
    waiting = simulate(1, [small(weeks=3)])[0].weekly[:, WEEKLY.index("people_waiting")]
    assert collected.get_model_vars_dataframe()["waiting"].tolist() == waiting.tolist()
    of_workers = collected.get_agenttype_vars_dataframe(CareWorker)
    assert of_workers["pay"].tolist() == np.concatenate(pay).tolist()
    everybody = collected.get_agent_vars_dataframe()
    assert len(everybody) == collected.get_model_vars_dataframe()["agents"].sum()
    assert everybody["pay"].notna().any()
    assert everybody["pay"].isna().any()  # clients have no pay


@pytest.mark.smoke
@pytest.mark.parametrize("rng", [None, -1, 1.5, "one", 2**64, np.random.default_rng(1), [1, 2]])
def test_a_seed_that_is_no_whole_number_is_refused(rng):
    with pytest.raises(BadInput, match=r"rng is .*; give a whole number"):
        CareMarket(small(), rng=rng)


def test_a_numpy_integer_is_a_seed():
    assert CareMarket(small(), rng=np.int64(1)).seed == 1


def test_what_ifs_are_keywords_or_mappings():
    by_keyword = CareMarket(small(), rng=1, shocks__absence=0.1, weeks=9, prices="frozen")
    by_mapping = CareMarket(small(), rng=1, levers={"shocks.absence": 0.1}, weeks=9, prices="frozen")
    scenario = small().with_weeks(9).with_prices("frozen").with_levers(shocks__absence=0.1)
    assert by_keyword.care_scenario.key == by_mapping.care_scenario.key == scenario.key
    name, parameter = next((n, p) for n, p in load("builtin:wigan/baseline").parameters.items() if p > 0)
    changed = CareMarket(small(), rng=1, **{name.replace(".", "__"): parameter})
    assert changed.care_scenario.parameters[name] == parameter
    assert CareMarket(small(), rng=1, parameters={name: parameter}).care_scenario.key == changed.care_scenario.key


def test_a_what_if_that_cannot_be_is_refused():
    with pytest.raises(BadInput, match=r"no lever or parameter shocks.absense; did you mean shocks.absence\?"):
        CareMarket(small(), rng=1, shocks__absense=0.1)
    with pytest.raises(BadInput, match=r"shocks.absence"):
        CareMarket(small(), rng=1, shocks__absence=7)
    with pytest.raises(BadInput, match="give a Scenario, the path of its file"):
        CareMarket(7, rng=1)


@pytest.mark.smoke
def test_a_process_of_ones_own_takes_its_place_in_the_week():
    weeks = []

    def everybody_stays_at_home(market, parameters, policy, draws):
        weeks.append(market.week)
        market.workers.absent = 1

    k = [process.__name__ for process in PROCESSES].index("visits_are_rostered")
    mine = (*PROCESSES[:k], everybody_stays_at_home, *PROCESSES[k:])
    idle, plain = CareMarket(small(weeks=3), rng=1, processes=mine), CareMarket(small(weeks=3), rng=1)
    run(idle)
    run(plain)
    assert weeks == [0, 1, 2]
    assert idle.agents_by_type[CareWorker].agg("contact", sum) == 0.0
    assert plain.agents_by_type[CareWorker].agg("contact", sum) > 0.0


@pytest.mark.smoke
def test_a_model_stops_at_its_scenarios_end():
    model = CareMarket(small(weeks=2), rng=1)
    start = model.date
    with pytest.raises(RuntimeError, match="has run 0 of 2 weeks"):
        model.outcome  # noqa: B018
    run(model)
    assert (model.week, model.steps, (model.date - start).days) == (2, 2, 14)
    with pytest.raises(RuntimeError, match="ends after 2 weeks; give CareMarket more with weeks="):
        model.step()
    assert model.week == 2


@pytest.mark.smoke
def test_indicators_of_the_last_week_are_attributes():
    model = CareMarket(small(weeks=3), rng=1)
    opening = model.quality_of_life
    assert opening > 0.0
    weekly = simulate(1, [small(weeks=3)])[0].weekly
    run(model)
    assert [getattr(model, name) for name in WEEKLY] == weekly[-1].tolist()
    assert model.indicators.keys() == INDICATORS.keys()
    assert np.array_equal([model.indicators[name] for name in WEEKLY], weekly[-1])
    collected = model.datacollector.get_model_vars_dataframe()
    assert list(collected) == list(WEEKLY)
    assert collected["quality_of_life"].tolist() == [opening, *weekly[:, WEEKLY.index("quality_of_life")]]
    assert "turnover" in dir(model)


def test_reporters_are_chosen_and_one_that_is_unknown_is_refused():
    model = run(CareMarket(small(weeks=2), rng=1, reporters=("turnover", "week")))
    assert model.datacollector.get_model_vars_dataframe()["week"].tolist() == [0, 1, 2]
    with pytest.raises(AttributeError, match="turnovr"):
        CareMarket(small(), rng=1, reporters=["turnovr"])


def test_no_indicator_shares_its_name_with_something_else_of_the_model():
    model = CareMarket(small(), rng=1)
    assert not [name for name in INDICATORS if name in vars(model) or hasattr(CareMarket, name)]


def test_an_unknown_name_of_the_model_is_refused_with_the_nearest_real_one():
    model = CareMarket(small(), rng=1)
    with pytest.raises(AttributeError, match=r"no turnovr; did you mean turnover\?"):
        model.turnovr  # noqa: B018
    with pytest.raises(AttributeError, match="the scenario simulated is care_scenario"):
        model.scenario  # noqa: B018


@pytest.mark.smoke
def test_the_shipped_scenario_runs_by_its_name():
    model = CareMarket(rng=1, weeks=2)
    assert model.care_scenario.place.name == load("builtin:wigan/baseline").place.name
    assert len(run(model).agents) > 2_000


def test_only_the_model_and_its_agents_import_mesa():
    with_mesa = {
        source.stem for source in PACKAGE.rglob("*.py") if "mesa" in {n.split(".")[0] for n in imported(source)}
    }
    assert with_mesa - {"app"} == {"agents", "model"}


def test_the_plain_twin_has_as_many_agents_and_does_nothing_with_them():
    assert len(PlainModel(7).agents) == 7
    assert seconds_of_plain_mesa(7, 3) >= 0.0

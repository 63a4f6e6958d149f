"""An agent is a view of a row: it reads and writes the columns, and says what is wrong."""

import numpy as np
import pytest

from caremarket_sim.agents import KINDS, NEVER_ASSIGNED, POINTERS, CareWorker, Client, Commissioner, Provider
from caremarket_sim.market.codes import FAMILIAR, GONE, LEFT, SLOTS
from caremarket_sim.model import CareMarket
from tests.small_place import small


@pytest.fixture
def model():
    return CareMarket(small(), rng=1)


def table_of(model, kind):
    return getattr(model.market, kind.IN_MARKET)


def some(model, kind):
    return next(iter(model.agents_by_type[kind]))


@pytest.mark.smoke
@pytest.mark.parametrize("kind", KINDS)
def test_reading_an_attribute_reads_the_column(model, kind):
    model.step()
    rows = np.flatnonzero(kind.here(table_of(model, kind)))
    assert len(rows) == len(model.agents_by_type[kind]) > 0
    for name in kind.TABLE.columns():
        read = [getattr(agent, name) for agent in model.agents_by_type[kind]]
        assert np.array_equal(read, getattr(table_of(model, kind), name)[rows], equal_nan=True)


@pytest.mark.smoke
def test_assigning_an_attribute_writes_the_column(model):
    worker = some(model, CareWorker)
    worker.pay = 13.5
    assert model.market.workers.pay[worker.row] == 13.5
    assert worker.pay == 13.5
    assert type(worker.pay) is float
    model.agents_by_type[CareWorker].set("hours_wanted", 20.0)
    here = model.market.workers.status != GONE
    assert (model.market.workers.hours_wanted[here] == 20.0).all()


def test_what_is_written_through_an_agent_changes_what_follows():
    generous, other = (CareMarket(small(), rng=1) for _ in range(2))
    generous.agents_by_type[CareWorker].set("hours_wanted", 5.0)
    for model in (generous, other):
        model.step()
    assert generous.hours_delivered != other.hours_delivered


@pytest.mark.smoke
def test_an_unknown_name_is_refused_with_the_nearest_real_one(model):
    worker = some(model, CareWorker)
    with pytest.raises(AttributeError, match="a care worker has no efective_pay; did you mean effective_pay?"):
        worker.efective_pay  # noqa: B018
    with pytest.raises(AttributeError, match="a care worker has no flexibilty; did you mean flexibility?"):
        worker.flexibilty = 1.0
    assert "flexibilty" not in vars(worker)
    with pytest.raises(AttributeError, match=r"dir\(Commissioner\) lists"):
        some(model, Commissioner).qqqq  # noqa: B018


@pytest.mark.parametrize(
    ("kind", "name", "value", "right"),
    [
        (CareWorker, "pay", "much", "a number: hourly pay (£ an hour)"),
        (CareWorker, "pay", float("nan"), "a number"),
        (CareWorker, "pay", [12.0, 13.0], "a number"),
        (CareWorker, "pay", None, "a number"),
        (CareWorker, "flexibility", 1.2, "give 0 to 1"),
        (CareWorker, "qualified", 2, "give 0 to 1"),
        (CareWorker, "status", 7, "give 0 to 3"),
        (CareWorker, "status", "in pos", "did you mean in post"),
        (CareWorker, "provider", 1_000, "row of the employer"),
        (CareWorker, "provider", 0.5, "whole numbers"),
        (Client, "visits", 5, "give 1 to 4"),
        (Client, "zone", 3, "give 0 to 2"),
        (Client, "council", 1, "row of the council"),
        (CareWorker, "council", -1, "row of the council"),
        (Provider, "council", 0.5, "whole numbers"),
        (Client, "familiar", [1, 2], f"give {FAMILIAR} numbers"),
        (Client, "familiar", [100_000] * FAMILIAR, "rows of the care workers"),
        (Provider, "manager_away", 2**40, "weeks until a new manager"),
    ],
)
def test_a_value_that_a_column_cannot_take_is_refused_and_the_column_stays(model, kind, name, value, right):
    agent = some(model, kind)
    before = np.array(getattr(agent, name))
    with pytest.raises(ValueError, match=f"{name} of {kind.__name__}") as refusal:
        setattr(agent, name, value)
    assert right in str(refusal.value)
    assert np.array_equal(getattr(agent, name), before)


def test_an_agents_number_cannot_be_assigned(model):
    with pytest.raises(AttributeError, match="it is who the agent is"):
        some(model, Client).number = 3


@pytest.mark.parametrize("name", ["first_zone", "zones", "candidates"])
def test_what_the_market_was_made_for_cannot_be_assigned(model, name):
    with pytest.raises(AttributeError, match="tables were made for it"):
        setattr(some(model, Commissioner), name, 1)


def test_lists_of_values_are_assigned_whole(model):
    client = some(model, Client)
    with pytest.raises(ValueError, match="read-only"):
        client.familiarity[0] = 1.0
    client.familiarity = np.full(FAMILIAR, 0.5)
    assert (model.market.clients.familiarity[client.row] == 0.5).all()


@pytest.mark.smoke
def test_codes_are_read_and_written_in_words(model):
    worker = next(worker for worker in model.agents_by_type[CareWorker] if worker.status_name == "in post")
    assert worker.status == 2
    worker.status = "between jobs"
    assert model.market.workers.status[worker.row] == 0
    assert some(model, Client).payer_name in ("council", "self-funder")
    assert some(model, Client).zone_name in model.market.zones["name"]
    assert some(model, Provider).base_zone_name in model.market.zones["name"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_has_words_and_every_row_number_is_checked(kind):
    for name, column in kind.TABLE.columns().items():
        assert (column.unit == "code") == (name in kind.WORDS), name
        if column.dtype in ("i4", "u1") and column.unit == "":
            assert name in POINTERS or name in NEVER_ASSIGNED, name


@pytest.mark.parametrize("kind", KINDS)
def test_no_column_is_named_as_what_an_array_does_so_that_rows_know_their_fields_uncompiled_too(kind):
    assert [name for name in kind.TABLE.columns() if hasattr(np.recarray, name)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_market_holds_could_be_assigned(model, kind):
    for _ in range(3):
        model.step()
    for agent in model.agents_by_type[kind]:
        for name, column in kind.TABLE.columns().items():
            if name not in NEVER_ASSIGNED and not np.isnan(getattr(agent, name)).any():
                getattr(kind, name).accepted(agent, getattr(agent, name))
                assert column.dtype.startswith(("i", "u", "f"))


@pytest.mark.smoke
def test_no_two_agents_share_a_unique_id_though_kinds_share_numbers(model):
    numbers = [agent.number for agent in model.agents]
    assert len(set(numbers)) < len(numbers)
    ids = [agent.unique_id for agent in model.agents]
    assert len(set(ids)) == len(ids)


def test_an_agent_has_the_same_ids_in_every_scenario_and_whenever_somebody_looks():
    early, late = CareMarket(small(), rng=1), CareMarket(small("block"), rng=1)
    assert len(early.agents) > 0
    for model in (early, late):
        for _ in range(4):
            model.step()
    for kind in KINDS:
        twins = {agent.number: agent.unique_id for agent in late.agents_by_type[kind]}
        shared = [agent for agent in early.agents_by_type[kind] if agent.number in twins]
        assert shared
        assert all(agent.unique_id == twins[agent.number] for agent in shared)


def test_a_view_follows_its_row_when_rows_of_those_who_have_gone_are_dropped():
    model = CareMarket(small(weeks=60), rng=1)
    held = list(model.agents_by_type[Client])
    numbers = [client.number for client in held]
    while model.week < 51:
        model.step()
    gone = [client.status == LEFT for client in held]
    row = {client: client.row for client in held}
    model.step()
    stayed = [client for client in held if client in model.agents_by_type[Client]]
    assert any(client.row != row[client] for client in stayed)
    assert all(model.market.clients.number[client.row] == client.number for client in stayed)
    left = held[gone.index(True)]
    with pytest.raises(LookupError, match=rf"Client\(number={numbers[held.index(left)]}\) has gone"):
        left.status  # noqa: B018


@pytest.mark.smoke
def test_agents_lead_to_each_other(model):
    for client in model.agents_by_type[Client]:
        assert (client.agency is None) == (client.provider == -1)
        assert client.agency is None or client in client.agency.people
        assert all(isinstance(worker, CareWorker) for worker in client.familiar_carers)
    for worker in model.agents_by_type[CareWorker]:
        assert (worker.employer is None) == (worker.status_name == "between jobs")
        assert worker.employer is None or worker in worker.employer.care_workers
    provider = some(model, Provider)
    assert model.agent(Provider, provider.number) is provider
    assert provider.row == provider.people[0].provider


def test_an_agent_who_is_removed_leaves_the_market_and_the_week_goes_on(model):
    client = next(client for client in model.agents_by_type[Client] if client.status_name == "receiving")
    worker = next(worker for worker in model.agents_by_type[CareWorker] if worker.status_name == "in post")
    everybody = len(model.agents)
    client.remove()
    worker.remove()
    assert len(model.agents) == everybody - 2
    assert model.market.clients.status[client.row] == LEFT
    assert worker.employer is None
    model.step()
    assert client not in model.agents
    assert worker.status == GONE


def test_a_provider_cannot_be_removed_at_once_and_stops_in_the_week_to_come_when_told(model):
    provider = some(model, Provider)
    with pytest.raises(TypeError, match="set closing = 1"):
        provider.remove()
    provider.closing = 1
    assert provider in model.agents
    model.step()
    assert provider not in model.agents
    assert not (model.market.clients.provider[model.market.clients.status != LEFT] == provider.row).any()
    with pytest.raises(TypeError, match="a commissioner cannot be removed"):
        some(model, Commissioner).remove()
    with pytest.raises(TypeError, match="cannot do without its agents"):
        model.remove_all_agents()


def test_an_attribute_is_explained_by_its_columns_meaning():
    assert CareWorker.pay.__doc__ == "hourly pay (£ an hour)"
    assert Client.visits.__doc__ == f"visits a day, 1 to {SLOTS} (visits a day)"
    assert repr(Client.visits.column.unit) == "'visits a day'"

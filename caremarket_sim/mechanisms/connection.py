"""ODD 7.19 Connection: how people are connected to others."""

from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import COUNCIL, FOR_CONNECTION, LEFT, RECEIVING
from ..market.state import clients_of


@process
def connections_form(market, parameters, policy, draws):
    """Connection drifts to the person's own level, is raised by connectors' reach where people are ready and the place
    has assets (M30), and a little by visits with time to spare (E18). Connections made are counted."""
    p = parameters[0]
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        lever, council = policy[c.council], market.commissioners[c.council]
        fte = lever.community_connectors_fte + council.pot_connectors
        reach = p.connection_reach * fte / max(council.people, 1.0)
        assets = market.zones[c.zone].assets
        c.connection += p.connection_drift * (c.sociability - c.connection)
        practice = market.providers[c.provider].practice if c.provider >= 0 else 0.0
        offered = reach * c.readiness * assets * (1.0 + p.practice_connection_effect * practice)
        if c.payer == COUNCIL and lever.contract_outcome_measure == FOR_CONNECTION:
            offered += p.outcome_connection_effect * lever.contract_outcome_share * c.readiness * assets
        gain = offered * (1.0 - c.connection)
        if c.status == RECEIVING and c.slack >= p.connection_slack_minutes:
            gain += p.connection_slack_gain * (1.0 - c.connection)
        c.connection = min(c.connection + gain, 1.0)
        market.counts[c.council].connections += offered

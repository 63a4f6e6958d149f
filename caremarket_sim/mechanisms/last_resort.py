"""ODD 7.47 The council's own service of last resort: it takes what nobody else takes."""

import numpy as np

from ..compiled import plain
from ..compiled.process import guard, when
from ..market.codes import IN_HOUSE, RECEIVING
from ..market.firms import PAST_A_YEAR, add_founders, first_firm, found, own, usual_firm
from ..market.territory import serve_the_borough

LAST_OF_A_WEEK = 999
"""Place of the council's service among the numbers of firms of the week with which they begin."""


@guard
def a_service_is_wanted(market, parameters, policy, draws):
    """Whether a council decides on a service of last resort and has none yet."""
    for c in range(len(policy)):
        if policy[c].provision_last_resort_hours > 0.0:
            has_one = False
            for j in range(len(market.providers)):
                r = market.providers[j]
                has_one |= r.last_resort == 1 and r.council == c
            if not has_one:
                return True
    return False


@when(a_service_is_wanted)
def council_opens_its_service(market, parameters, policy, draws):
    """The council's service opens: an office, a few care workers at its terms, all of the borough, and the law obeyed.

    It holds no contract and is paid no fee: the council pays what it costs.
    """
    for c in range(len(market.commissioners)):
        providers = market.providers
        if market.levers["provision_last_resort_hours"][c] <= 0.0:
            continue
        if ((providers.last_resort == 1) & (providers.council == c)).any():
            continue
        opens(market, parameters, draws, c)


def opens(market, p, draws, council):
    """The council's service, the same firm whenever it opens."""
    number = plain(first_firm)(0, council) + LAST_OF_A_WEEK
    row = found(market, p, draws, number, usual_firm(market, council, False), staffed=False)
    own(row, IN_HOUSE, number, p, draws.fixed("born_firm"))
    row["last_resort"] = 1
    row["scruple"] = 0.0
    row["rate"] = 0.0
    row["pay"] *= p.provision_pay_ratio
    row["premium"] = max(row["pay"] - market.prices["legal_minimum"], 0.0)
    row["extraction"] = 0.0
    row["demand"] = row["demand_slow"] = row["usual_hours"] = 0.0
    j = len(market.providers) - 1
    serve_the_borough(market, j)
    add_founders(market, p, draws, j, number, tenure=PAST_A_YEAR + 1.0)  # firms open at a week's end, and it within one
    market.counts[council]["entries"] += 1


@guard
def a_service_is_cut(market, parameters, policy, draws):
    """Whether a council's service holds more hours than the council decides."""
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.last_resort == 1 and r.committed > policy[r.council].provision_last_resort_hours:
            return True
    return False


@when(a_service_is_cut)
def council_cuts_its_service(market, parameters, policy, draws):
    """Packages beyond the hours that the council still decides get notice, those that came last first."""
    clients, providers = market.clients, market.providers
    for j in np.flatnonzero(providers.last_resort == 1):
        hours = market.levers["provision_last_resort_hours"][providers.council[j]]
        theirs = np.flatnonzero((clients.provider == j) & (clients.status == RECEIVING))
        theirs = theirs[np.argsort(clients.weeks_in_care[theirs], kind="stable")]
        left = providers.committed[j] - np.cumsum(clients.hours[theirs])  # once each and all before have gone
        beyond = theirs[left + clients.hours[theirs] > hours]
        beyond = beyond[clients.notice[beyond] == 0]
        clients.notice[beyond] = round(parameters.exit_notice_weeks)

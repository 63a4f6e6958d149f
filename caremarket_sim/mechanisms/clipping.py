"""ODD 7.39 Clipped visits: billed as planned and shorter in fact, as far as a provider chooses and is not found."""

from ..compiled import compiled
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import IN_POST, PLANNED_TIME
from ..market.motive import cares, margin_aimed_at
from ..market.state import workers_of


@process
def visits_are_clipped(market, parameters, policy, draws):
    """A provider shortens its visits by a share, and its staff are at them and paid for them by so much less. A part
    of what it bills the council for and does not give is found, never more than all.

    Counts hours clipped, of which council-funded, of which found, and complaints that are upheld.
    """
    p = parameters[0]
    for j in range(len(market.providers)):
        r = market.providers[j]
        lever, counts = policy[r.council], market.counts[r.council]
        chance = found_share(r, lever, p)
        r.clipping = clipped_share(r, chance, lever, p)
        clipped = r.delivered_council * r.clipping
        r.clip_found = clipped * chance
        counts.clipped_hours += r.delivered * r.clipping
        counts.clipped_council += clipped
        counts.clipped_found += r.clip_found
        counts.complaints += r.clients * p.clipping_complaints * r.clipping
    workers = workers_of(market)
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        if r.status == IN_POST:
            r.contact *= 1.0 - market.providers[r.provider].clipping


@compiled
def clipped_share(provider, chance, lever, p):
    """Share of billed hours by which visits are shorter: s·(1 − care)·(1 + pressure)·(1 − logs)·(1 − reckoning).

    Less with care for the work above the usual, more where the margin falls short of what is aimed at, less where
    minutes are logged and paid for, and where what is found (`chance` of it) is claimed back with a penalty.
    """
    motive = 1.0 - (cares(provider, p.motive_clipping_slope, p) / p.motive_care - 1.0)
    lacking = margin_aimed_at(provider, p.motive_keeping_slope, p) - provider.margin
    pressure = 1.0 + p.clipping_pressure_effect * min(max(lacking / p.clipping_pressure_span, -1.0), 1.0)
    shown = 0.0 if lever.contract_payment_basis == PLANNED_TIME else p.clipping_logged * provider.contracted
    reckoning = p.clipping_reckoning * chance * (1.0 + p.clipping_penalty) * provider.contracted
    share = p.clipping_usual * max(motive, 0.0) * max(pressure, 0.0) * (1.0 - shown) * max(1.0 - reckoning, 0.0)
    return min(share, 1.0)


@compiled
def found_share(provider, lever, p):
    """Share of what is clipped of council-funded visits that is found in a week: by a check, by trust, in which staff
    and managers speak, or by a complaint, of which there are more the shorter visits are."""
    checks = min(lever.stewardship_monitoring * 12.0 / 52.0 * p.clipping_check_finds, 1.0)
    told = p.clipping_trust_finds * provider.trust
    complained = min(p.clipping_complaints * provider.clipping, 1.0)
    return 1.0 - (1.0 - checks) * (1.0 - told) * (1.0 - complained)

"""ODD 7.11 Registered managers, who come and go."""

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process

MANAGERS = process_code("managers_come_and_go")


@process
def managers_come_and_go(market, parameters, policy, draws):
    """A registered manager leaves with the chance of a year (M13); the post stays empty for months."""
    p = parameters[0]
    key = key_of(draws, MANAGERS)
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.manager_away > 0:
            r.manager_away -= 1
        elif r.open == 1 and uniform(key, r.number, 0) < p.leaving_manager_rate / 52.0:
            r.manager_away = round(p.leaving_manager_weeks)
            r.manager_quality = uniform(key, r.number, 1)

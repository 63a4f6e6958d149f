"""ODD 7.15 Training, and what it qualifies for."""

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import IN_POST
from ..market.state import workers_of

TRAIN = process_code("carers_train")


@process
def carers_train(market, parameters, policy, draws):
    """Training is remembered over a year, and with enough of it people qualify."""
    p = parameters[0]
    key = key_of(draws, TRAIN)
    workers, providers = workers_of(market), market.providers
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        if r.status == IN_POST:
            days = providers[r.provider].training_days
            r.training += (days - r.training) / 52.0
            if r.qualified == 0 and uniform(key, r.number, 0) < p.training_qualifying_rate * r.training / 52.0:
                r.qualified = 1
    for j in range(len(providers)):
        r = providers[j]
        market.counts[r.council].training_days += r.training_days * r.staff
    for c in range(len(market.counts)):
        market.counts[c].training_days /= 52.0

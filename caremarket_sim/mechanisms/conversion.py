"""ODD 7.50 Conversion: staff take over a firm whose owner stops."""

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process
from ..market.cooperatives import becomes_a_cooperative, retirement, taken_over
from ..market.providers import is_trading

CONVERT = process_code("staff_take_over")


@process
def staff_take_over(market, parameters, policy, draws):
    """With support from the council, staff take over some of the independents whose owners stop, which so do not close
    (M18). What a co-operative does from then on follows from who has a say and that nobody takes surplus out."""
    p = parameters[0]
    key = key_of(draws, CONVERT)
    for j in range(len(market.providers)):
        r = market.providers[j]
        support = policy[r.council].community_coop_support
        if support <= 0.0 or not is_trading(r):
            continue
        if uniform(key, r.number, 0) < retirement(r, p) * taken_over(r, support, p):
            becomes_a_cooperative(r)
            market.counts[r.council].conversions += 1.0

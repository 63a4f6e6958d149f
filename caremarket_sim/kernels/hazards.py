"""Log-odds of leaving of everybody in post, for taking a difference in turnover apart."""

from . import compiled
from .workforce import leaving_logit

IN_POST = 2


@compiled
def leaving_logits(workers, providers, growth, outside_pay, intercept, volatility_reference, parameters, logits):
    """Fill `logits` with each care worker's annual log-odds of leaving (E4); 0 for those not in post."""
    p = parameters[0]
    for w in range(len(workers)):
        r = workers[w]
        logits[w] = 0.0
        if r.status == IN_POST:
            j = r.provider
            logits[w] = leaving_logit(r, providers[j], growth[j], outside_pay, intercept, volatility_reference, p)

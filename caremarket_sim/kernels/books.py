"""Posting of payments by or to providers: what leaves one purse enters another, in whole pence."""

import numpy as np

from . import compiled


@compiled
def post(providers, ledger, purses, payer, payee, purpose, pounds, provider_pays):
    """Post one amount for each provider; each is rounded to pence once, and no fraction is lost on the way.

    `pounds` are paid by providers where `provider_pays`, else received by them; they go through cash and through the
    week's cost or revenue. `ledger` is payer × payee × purpose in pence.
    """
    total = 0
    for j in range(len(providers)):
        pence = np.rint(pounds[j] * 100.0)
        if pence == 0.0:
            continue
        provider = providers[j]
        whole = int(pence)
        total += whole
        if provider_pays:
            provider.cost += pence / 100.0
            provider.cash -= whole
        else:
            provider.revenue += pence / 100.0
            provider.cash += whole
    ledger[payer, payee, purpose] += total
    purses[payer] -= total
    purses[payee] += total

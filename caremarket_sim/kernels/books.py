"""Posting of payments, and what has been paid: what leaves one purse enters another, in whole pence."""

import numpy as np

from . import compiled


@compiled
def pence_paid(ledger, payer, payee, purpose):
    """Pence paid by a payer to a payee for a purpose, as codes; -1 stands for anybody and anything."""
    pence = 0
    for a in range(ledger.shape[0]):
        for b in range(ledger.shape[1]):
            for c in range(ledger.shape[2]):
                if payer in (a, -1) and payee in (b, -1) and purpose in (c, -1):
                    pence += ledger[a, b, c]
    return pence


@compiled
def post_totals(ledger, purses, lines, pounds):
    """Post payments between other parties: an amount for each of `lines`, rounded to pence once."""
    for k in range(len(lines)):
        total = int(np.rint(pounds[k] * 100.0))
        ledger[lines[k, 0], lines[k, 1], lines[k, 2]] += total
        purses[lines[k, 0]] -= total
        purses[lines[k, 1]] += total


@compiled
def post(providers, ledger, purses, lines, pounds):
    """Post payments by or to providers: `pounds` has a line for each of `lines` and one amount for each provider.

    A line is (payer, payee, purpose, whether providers pay), in codes; `ledger` is payer × payee × purpose in pence.
    Each amount is rounded to pence once, and goes through the provider's cash and its cost or revenue of the week.
    """
    for k in range(len(lines)):
        payer, payee, purpose, by_providers = lines[k, 0], lines[k, 1], lines[k, 2], lines[k, 3] == 1
        total = 0
        for j in range(len(providers)):
            pence = np.rint(pounds[k, j] * 100.0)
            if pence == 0.0:
                continue
            provider = providers[j]
            whole = int(pence)
            total += whole
            if by_providers:
                provider.cost += pence / 100.0
                provider.cash -= whole
            else:
                provider.revenue += pence / 100.0
                provider.cash += whole
        ledger[payer, payee, purpose] += total
        purses[payer] -= total
        purses[payee] += total

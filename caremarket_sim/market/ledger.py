"""The books: every pound paid is a pound received, in whole pence, by council, payer, payee and purpose."""

import numpy as np

from ..compiled import compiled

PARTIES = (
    "council",
    "clients",
    "self-funders",
    "nhs",
    "treasury",
    "providers",
    "workers",
    "owners",
    "suppliers",
    "care homes",
    "world",
)
PURPOSES = (
    "fees",
    "emergency purchase",
    "block hours unused",
    "retainers",
    "outcome payments",
    "client contributions",
    "self-funded care",
    "care homes",
    "care home contributions",
    "fair pay grant",
    "step-down beds",
    "interim beds",
    "service of last resort",
    "surplus returned",
    "penalties",
    "clipped time claimed back",
    "wages",
    "sick pay",
    "holiday pay",
    "national insurance",
    "employer charges",
    "arrears of pay",
    "mileage",
    "office cover",
    "agency staff",
    "overhead",
    "recruitment",
    "training",
    "distribution",
    "capital",
    "brokerage",
    "monitoring",
    "procurement",
    "disputes",
    "stewardship",
    "forums",
    "co-design",
    "connectors",
    "front door",
    "reablement",
    "citizens' panel",
    "co-operative support",
    "network",
    "hospital admissions",
    "delayed nights",
    "income tax and benefits",
)
PARTY = {name: index for index, name in enumerate(PARTIES)}
PURPOSE = {name: index for index, name in enumerate(PURPOSES)}


def line(payer: str, payee: str, purpose: str) -> int:
    """The place of a line in the books of a council: who pays whom for what."""
    return (PARTY[payer] * len(PARTIES) + PARTY[payee]) * len(PURPOSES) + PURPOSE[purpose]


@compiled
def pay(ledger, council, line, pounds):
    """Post a payment between parties other than providers, of a council's place, rounded to pence once."""
    ledger[council, line] += int(np.rint(pounds * 100.0))


@compiled
def pay_provider(ledger, provider, line, pounds):
    """Somebody pays a provider: rounded to pence once, it goes through its cash and its revenue of the week."""
    pence = np.rint(pounds * 100.0)
    provider.revenue += pence / 100.0
    provider.cash += int(pence)
    ledger[provider.council, line] += int(pence)


@compiled
def provider_pays(ledger, provider, line, pounds):
    """A provider pays somebody: rounded to pence once, it goes through its cash and its cost of the week."""
    pence = np.rint(pounds * 100.0)
    provider.cost += pence / 100.0
    provider.cash -= int(pence)
    ledger[provider.council, line] += int(pence)


@compiled
def pence_of(ledger, council, payer, payee):
    """Pence paid this week by a payer to a payee, as codes, in a council's books; -1 stands for anybody."""
    pence = 0
    for place in range(ledger.shape[1]):
        pays = place // (len(PARTIES) * len(PURPOSES))
        is_paid = place // len(PURPOSES) % len(PARTIES)
        if payer in (pays, -1) and payee in (is_paid, -1):
            pence += ledger[council, place]
    return pence


def as_parties(ledger: np.ndarray) -> np.ndarray:
    """The books as an array of council × payer × payee × purpose."""
    return ledger.reshape(len(ledger), len(PARTIES), len(PARTIES), len(PURPOSES))


def net(ledger: np.ndarray) -> np.ndarray:
    """What each party has received less paid, in pence: council × party."""
    books = as_parties(ledger)
    return books.sum(axis=(1, 3)) - books.sum(axis=(2, 3))

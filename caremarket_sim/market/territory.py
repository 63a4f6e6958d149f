"""Which localities a provider serves, and in which it is a lead provider."""

from collections.abc import Collection

import numpy as np

from .codes import LEFT, PATCH


def leads_in(providers, j, locality) -> bool:
    """Whether a provider is a lead provider of a locality."""
    patch = providers.patch_locality[j, : providers.patch_count[j]]
    return bool((providers.patch_lead[j, : providers.patch_count[j]][patch == locality] == 1).any())


def has_given_up(providers, j, locality) -> bool:
    """Whether a provider has lately handed back the council's work in a locality."""
    patch = providers.patch_locality[j, : providers.patch_count[j]]
    return bool((providers.losing[j, : providers.patch_count[j]][patch == locality] < 0.0).any())


def nearest_localities(provider, market, count: int) -> list[int]:
    """So many localities of a provider's council, those nearest its office first; no more than a patch has."""
    first = int(market.commissioners.first_locality[provider["council"]])
    localities = market.localities[first : first + int(market.commissioners.localities[provider["council"]])]
    away = np.hypot(localities["x"] - provider["base_x"], localities["y"] - provider["base_y"])
    return (first + np.argsort(away, kind="stable")[: min(count, PATCH)]).tolist()


def localities_it_would_choose(provider, market, p) -> list[int]:
    """The localities that a firm serves by its own choice: nearest its office, more of them the larger its plan."""
    count = round(provider["plan"] / p.ownership_hours_per_zone)
    return nearest_localities(provider, market, int(max(count, p.ownership_fewest_zones)))


def localities_with_people(market, j, payer=None) -> list[int]:
    """The localities where a provider holds a package for somebody, of one kind of payer if told, most people first."""
    clients = market.clients
    theirs = (clients.provider == j) & (clients.status != LEFT)
    if payer is not None:
        theirs &= clients.payer == payer
    people = np.bincount(clients.locality[theirs], minlength=len(market.localities))
    return [int(locality) for locality in np.argsort(-people, kind="stable") if people[locality] > 0]


def serve(providers, j, localities, leads: Collection[int] = ()):
    """A provider serves these localities and no others, as many as a patch has, and is lead in some of them.

    Where it served before, its calls and how long it has lost money there stay known; as a lead it starts afresh.
    """
    before = {int(place): k for k, place in enumerate(providers.patch_locality[j, : providers.patch_count[j]])}
    patch = list(dict.fromkeys(int(place) for place in localities))[:PATCH]
    for column in (providers.losing, providers.calls):
        known = column[j].copy()
        column[j] = 0.0
        column[j, : len(patch)] = [known[before[place]] if place in before else 0.0 for place in patch]
    providers.losing[j, : len(patch)] *= [place not in leads for place in patch]
    providers.patch_locality[j, : len(patch)] = patch
    providers.patch_count[j] = len(patch)
    providers.patch_lead[j] = 0
    providers.patch_lead[j, : len(patch)] = [place in leads for place in patch]


def serve_the_borough(market, j):
    """A provider serves all of its council's place, afresh; where that is more than a patch, what is nearest."""
    serve(market.providers, j, nearest_localities(market.providers.rows[j], market, PATCH))
    market.providers.losing[j] = 0.0


def lead_here_too(providers, j, locality):
    """A provider becomes lead in one locality more; it comes first in its patch, then those that it leads already."""
    patch = providers.patch_locality[j, : providers.patch_count[j]].tolist()
    led = [place for place, lead in zip(patch, providers.patch_lead[j], strict=False) if lead == 1]
    serve(providers, j, [locality, *led, *patch], {locality, *led})


def away_from(localities, providers) -> np.ndarray:
    """Kilometres from each locality to the offices of these providers: a row a locality, a column a provider."""
    east = localities["x"][:, None] - providers["base_x"]
    return np.hypot(east, localities["y"][:, None] - providers["base_y"])


def cover_localities(market, rows, localities, fewest):
    """Each of these localities is served by some of these providers at least, the nearest ones where too few do.

    Where nobody has room for it, one of them serves it in place of a locality that more of them serve.
    """
    providers = market.providers
    away = away_from(market.localities, providers.rows[rows])
    serving = np.zeros(len(market.localities), np.int64)
    for j in rows:
        serving[providers.patch_locality[j, : providers.patch_count[j]]] += 1
    for locality in localities:
        nearest = rows[np.argsort(away[locality], kind="stable")]
        others = [j for j in nearest if locality not in providers.patch_locality[j, : providers.patch_count[j]]]
        while serving[locality] < fewest and others:
            j, k = _who_serves_one_more(providers, others, serving, fewest)
            if k < providers.patch_count[j]:
                given_up = providers.patch_locality[j, k]
                if serving[given_up] <= serving[locality] + 1:
                    break
                serving[given_up] -= 1
            others.remove(j)
            serving[locality] += 1
            providers.patch_count[j] = max(providers.patch_count[j], k + 1)
            providers.patch_locality[j, k] = locality
            for column in (providers.patch_lead, providers.losing, providers.calls):
                column[j, k] = 0


def _who_serves_one_more(providers, rows, serving, fewest):
    """The first of these providers that has room, and the place in its patch; else one that serves what more
    than the `fewest` serve, or the most, and the place of that."""
    for j in rows:
        if providers.patch_count[j] < PATCH:
            return j, int(providers.patch_count[j])
    most = [int(np.argmax(serving[providers.patch_locality[j]])) for j in rows]
    by = [min(serving[providers.patch_locality[j, k]], fewest + 1) for j, k in zip(rows, most, strict=True)]
    best = int(np.argmax(by))
    return rows[best], most[best]

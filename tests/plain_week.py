"""The week once more in slow plain Python, a loop a rule and nothing compiled: codes, hours and chance.

Books are in `plain_books`, sourcing and the roster in `plain_allocation`.

Written from the rules as the model's documents give them. `market` is a photograph of the market just before the
process in question, `p` the parameters and `lever` the levers in force; money is in pounds until it is posted.
"""

import numpy as np

WAITING, RECEIVING, IN_HOSPITAL, FIT, IN_REABLEMENT, LEFT = range(6)
IN_CARE_HOME, DIVERTED, RECOVERED, DIED = range(6, 10)
POOL, ONBOARDING, IN_POST, GONE = range(4)
COUNCIL, SELF_FUNDER = 0, 1
NOBODY, OFFICE, AGENCY = -1, -2, -3
INADEQUATE = 1
RUNS = 16


def days_of(run):
    """Days a week of a run: the first four blocks are on weekdays, the last four at weekends."""
    return 2.0 if run % 8 >= 4 else 5.0


def by_provider(market):
    """A zero for each provider."""
    return [0.0] * len(market.providers)


def hours_due(client):
    """Hours due to a person in a week: nothing unless receiving care."""
    if client["status"] != RECEIVING:
        return 0.0
    return float(client["visits"]) * 7.0 * client["carers"] * client["visit_minutes"] / 60.0


def whole(table):
    """Rows with all columns of a table, whichever part keeps them."""
    names = table.columns()
    rows = np.zeros(len(table), [(name, getattr(table, name).dtype, getattr(table, name).shape[1:]) for name in names])
    for name in names:
        rows[name] = getattr(table, name)
    return rows


def hours_by_who_came(market):
    """Who did each run, added up: contact hours of each care worker, hours of office and of agency staff by provider,
    and hours that nobody did by person."""
    contact = [0.0] * len(market.workers)
    office, agency = by_provider(market), by_provider(market)
    nobody = [0.0] * len(market.clients)
    for i, client in enumerate(whole(market.clients)):
        if client["status"] != RECEIVING:
            continue
        for run in runs_of(client):
            hours = days_of(run) * float(client["visit_minutes"]) / 60.0
            who = client["seen"][run]
            if who >= 0:
                contact[who] += hours
            elif who == OFFICE:
                office[client["provider"]] += hours
            elif who == AGENCY:
                agency[client["provider"]] += hours
            else:
                nobody[i] += hours
    return contact, office, agency, nobody


def slots_of(visits):
    """Slots of the day of so many visits: morning; and bedtime; and midday; and tea."""
    return {1: (0,), 2: (0, 3), 3: (0, 1, 3), 4: (0, 1, 2, 3)}[int(visits)]


def runs_of(client):
    """The runs of a person: each slot of the day, on weekdays and at weekends, for each care worker who comes."""
    return [
        8 * place + slot + 4 * weekend
        for slot in slots_of(client["visits"])
        for weekend in (0, 1)
        for place in range(client["carers"])
    ]


WORD = 1 << 64
PART = 0xD1B54A32D192ED03


def mixed(state):
    """One output of splitmix64 (Steele, Lea and Flood 2014), in whole numbers of Python."""
    x = (state + 0x9E3779B97F4A7C15) % WORD
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % WORD
    return x ^ (x >> 31)


def chance(key, who, part):
    """A number between 0 and 1 that belongs to who, what and when."""
    x = mixed(int(key) ^ mixed((int(who) + part * PART) % WORD))
    return ((x >> 12) + 0.5) / 2.0**52


def pair(first, second):
    """One number for two."""
    return mixed(mixed(int(first) % WORD) ^ (int(second) * PART % WORD)) >> 1

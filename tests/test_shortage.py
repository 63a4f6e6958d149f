"""What the benchmark of shortage says of made-up futures."""

import numpy as np

from benchmarks.shortage import ABSENT, APART, AS_IT_IS, FIFTH, SHOWN, USUAL, WAYS, WORLDS, YEARS, told


def made_up(**rises):
    """Eight futures in which a shortage and absence show in everything, and some things go on to rise by so much."""
    chance = np.random.default_rng(1).normal(size=(8, YEARS, len(SHOWN)))
    found = {}
    worlds = [(way, world) for way in WAYS for world in WORLDS]
    for way, world in [*worlds, *(("baseline", world) for world in (*AS_IT_IS, *APART))]:
        found[way, world] = chance + 0.1 * np.random.default_rng(len(found)).normal(size=chance.shape)
        found[way, world] += 2.0 * (world in (FIFTH, ABSENT))
    for name, by in rises.items():
        found["block", FIFTH][:, 4, SHOWN.index(name)] += by
    return found


def test_a_shortage_that_shows_and_ends_holds(capsys):
    assert told(made_up()) == []
    said = capsys.readouterr().out
    assert said.startswith("8 paired futures") and said.endswith("all holds\n")


def test_what_goes_on_to_rise_is_said():
    assert told(made_up(undelivered_share=2.0)) == [
        "undelivered_share still rises in the fifth year: a fifth apply, block"
    ]


def test_what_does_not_show_is_said():
    found = made_up()
    found["block", FIFTH] = found["block", USUAL]
    found["baseline", ABSENT] = found["baseline", USUAL]
    assert told(found) == [
        "undelivered_share does not clearly rise: a fifth apply, block",
        "people_waiting does not clearly rise: a fifth apply, block",
        "missed_share does not clearly rise: absence a tenth higher, baseline",
    ]

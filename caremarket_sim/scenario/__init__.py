"""Scenario and place files: read with care, merged with what they extend, validated, explained."""

from caremarket_sim.scenario.definition import PRICES, Change, Scenario
from caremarket_sim.scenario.files import Resolved, Step, load, resolve
from caremarket_sim.scenario.places import Figure, Place, read_place
from caremarket_sim.scenario.providers import PROVIDER_TYPE
from caremarket_sim.scenario.zones import ZONE_TYPE

__all__ = [
    "PRICES",
    "PROVIDER_TYPE",
    "ZONE_TYPE",
    "Change",
    "Figure",
    "Place",
    "Resolved",
    "Scenario",
    "Step",
    "load",
    "read_place",
    "resolve",
]

"""The JSON Schemas in the package say what the registers say, and what the reader takes."""

import json

import pytest
from hypothesis import given

from caremarket_sim.policy import LEVERS, PRESETS
from caremarket_sim.scenario.files import KEYS, STEP_KEYS
from caremarket_sim.scenario.places import figure_kinds
from caremarket_sim.scenario.schema import SCHEMAS, schema_text, shipped_schema
from tests.test_policy import lever_and_value

SCENARIO = json.loads(schema_text("scenario"))
SET = SCENARIO["properties"]["policy"]["items"]["properties"]["set"]["properties"]


def allows(schema, value):
    """Whether a schema, of the few kinds that a lever has, allows a value."""
    if "anyOf" in schema:
        return any(allows(one, value) for one in schema["anyOf"])
    if "const" in schema:
        return value == schema["const"]
    if "enum" in schema:
        return value in schema["enum"]
    if schema["type"] == "boolean":
        return isinstance(value, bool)
    if schema["type"] == "object":
        return set(value) == set(schema["required"]) and all(
            allows(schema["properties"][part], weight) for part, weight in value.items()
        )
    number = not isinstance(value, bool) and isinstance(value, int if schema["type"] == "integer" else (int, float))
    return number and schema["minimum"] <= value <= schema["maximum"]


@pytest.mark.parametrize("of", SCHEMAS)
def test_the_shipped_schema_is_the_one_that_the_registers_give(of):
    assert shipped_schema(of) == schema_text(of), f"run: caremarket docs schema --of {of} --out the file in data/"


def test_the_schema_knows_every_key_lever_preset_and_figure():
    assert set(SCENARIO["properties"]) == set(KEYS)
    step = SCENARIO["properties"]["policy"]["items"]["properties"]
    assert set(step) == set(STEP_KEYS)
    assert step["use"]["enum"] == list(PRESETS)
    assert list(SET) == list(LEVERS)
    assert list(json.loads(schema_text("place"))["properties"]["figures"]["properties"]) == list(figure_kinds())


@given(lever_and_value)
def test_the_schema_allows_what_a_lever_takes(setting):
    key, value = setting
    assert allows(SET[key], value)


@pytest.mark.parametrize("key", [key for key, lever in LEVERS.items() if lever.bounds])
def test_the_schema_refuses_what_a_lever_refuses(key):
    lever = LEVERS[key]
    for value in (lever.low - 1, lever.high + 1, "nonsense", True):
        assert not allows(SET[key], value)

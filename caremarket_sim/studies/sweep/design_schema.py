"""The JSON Schema of design files, made from the registers; editors use it to complete and check."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.factors import DISTRIBUTIONS
from caremarket_sim.methods.samplers import MEANING, METHODS
from caremarket_sim.parameters import register
from caremarket_sim.policy import LEVERS
from caremarket_sim.scenario.fields import BEFORE, FORMAT
from caremarket_sim.scenario.schema import DIALECT, scenario_schema
from caremarket_sim.scenario.timing import MOST_YEARS
from caremarket_sim.studies.sweep.design_factors import ASSUMPTIONS
from caremarket_sim.studies.sweep.design_files import (
    KEYS,
    LARGEST_SEED,
    MOST_POINTS,
    MOST_REPLICATES,
    OUTPUTS,
    PERIODS,
    REQUIRED,
    SAMPLER_KEYS,
)

_TEXT = {"type": "string", "minLength": 1, "maxLength": 2000}


def design_schema() -> dict[str, Any]:
    """The schema of a design file."""
    levers = scenario_schema()["properties"]["policy"]["items"]["properties"]["set"]["properties"]
    factors: dict[str, Any] = {}
    for name in (*LEVERS, *register()):
        parameter = register().get(name)
        bounds = (parameter.low, parameter.high) if parameter else LEVERS[name].bounds or (None, None)
        number: dict[str, Any] = {"type": "number"}
        if bounds[0] is not None:
            number |= {"minimum": bounds[0], "maximum": bounds[1]}
        level = number if parameter else {key: one for key, one in levers[name].items() if key != "description"}
        listed = {"type": "array", "items": level, "minItems": 2}
        parts = {
            "low": number,
            "high": number,
            **{key: {"$ref": f"#/$defs/{key}"} for key in ("distribution", "mode", "mean", "sd")},
            "levels": listed,
        }
        if not parameter:
            parts["only"] = {"$ref": "#/$defs/only"}
        meaning = f"{parameter.meaning} ({parameter.unit})" if parameter else LEVERS[name].meaning
        factors[name] = {"anyOf": [{"type": "null"}, listed, _closed(parts)], "description": meaning}
    sampler = {
        "method": {"enum": list(METHODS), "description": "; ".join(f"{one}: {MEANING[one]}" for one in METHODS)},
        "samples": {"type": "integer", "minimum": 2, "description": "How many; of what, the method says."},
        "second_order": {"type": "boolean", "description": "Also how pairs of factors work together (saltelli)."},
        "steps": {"type": "integer", "minimum": 2, "description": "Values a factor (grid)."},
        "levels": {"type": "integer", "minimum": 2, "multipleOf": 2, "description": "Values a factor (morris)."},
        "curves": {"type": "integer", "minimum": 2, "description": "Search curves (fast)."},
        "file": {**_TEXT, "description": "A CSV file with a column a factor (csv)."},
    }
    properties = {
        "format": {"enum": [BEFORE, FORMAT], "description": "The version of this kind of file."},
        "title": {**_TEXT, "description": "What it is, in a line."},
        "why": {**_TEXT, "description": "What it is for."},
        "scenarios": {
            "anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}],
            "description": "The scenario files that every sample simulates.",
        },
        "reference": {**_TEXT, "description": "The scenario that differences are taken from."},
        "years": {"type": "integer", "minimum": 1, "maximum": MOST_YEARS, "description": "Horizon, of 52 weeks each."},
        "replicates": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_REPLICATES,
            "description": "Futures that every sample meets.",
        },
        "new_futures_every": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_POINTS,
            "description": "After how many samples others are met, for an emulator; 0, the default, is never.",
        },
        "seed": {
            "type": "integer",
            "minimum": 0,
            "maximum": LARGEST_SEED,
            "description": "What samples and futures are drawn from.",
        },
        "outputs": {"enum": list(OUTPUTS), "description": "Whether levels, paired differences or both are analysed."},
        "indicators": {
            "anyOf": [{"const": "headlines"}, {"type": "array", "items": {"enum": list(INDICATORS)}}],
            "description": "What is analysed.",
        },
        "period": {
            "enum": list(PERIODS),
            "description": "In which weeks: all (the default), in force (in every sample), or the last year.",
        },
        "sampler": {
            **_closed({key: sampler[key] for key in SAMPLER_KEYS}, ("method",)),
            "description": "How samples are chosen.",
        },
        "factors": {
            "anyOf": [{"const": ASSUMPTIONS}, {**_closed(factors), "minProperties": 1}],
            "description": f"What varies, by its dotted name; or `{ASSUMPTIONS}`: every number that was not measured.",
        },
    }
    shapes = {
        "distribution": {"enum": [one for one in DISTRIBUTIONS if one != "levels"]},
        "mode": {"type": "number", "description": "Where a triangular factor is likeliest."},
        "mean": {"type": "number", "description": "Of a normal factor, cut off at its bounds."},
        "sd": {"type": "number", "exclusiveMinimum": 0, "description": "Of a normal factor."},
        "only": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}], "description": "Scenarios it is varied in."},
    }
    ordered = {key: properties[key] for key in KEYS}
    return {
        "$schema": DIALECT,
        "title": "caremarket-sim design",
        "$defs": shapes,
        **_closed(ordered, ("format", *REQUIRED)),
    }


def schema_text() -> str:
    """The schema as the text of its file."""
    text = json.dumps(design_schema(), ensure_ascii=False)
    for name in (*LEVERS, *register()):
        text = text.replace(f', "{name}": {{"anyOf"', f',\n"{name}": {{"anyOf"')  # a line each, to see changes by
    return text + "\n"


def shipped_schema() -> str:
    """The text of the schema file in the package."""
    return (files("caremarket_sim") / "data" / "design.schema.json").read_text(encoding="utf-8")


def _closed(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    closed = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**closed, "required": list(required)} if required else closed

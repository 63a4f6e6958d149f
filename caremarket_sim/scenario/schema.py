"""The JSON Schemas of scenario and place files, made from the registers; editors use them to complete and check."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from caremarket_sim.national import Item, calendar
from caremarket_sim.parameters import register
from caremarket_sim.policy import LEVERS, PRESET_TITLES, Lever
from caremarket_sim.scenario.definition import PRICES
from caremarket_sim.scenario.fields import BEFORE, FORMAT
from caremarket_sim.scenario.held.remembered import LISTS
from caremarket_sim.scenario.places import GRADES, figure_kinds
from caremarket_sim.scenario.timing import MOST_YEARS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DAY = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 2000}
_SEVERAL = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}


def scenario_schema() -> dict[str, Any]:
    """The schema of a scenario file."""
    parameters = {
        name: {
            "type": "number",
            "minimum": parameter.low,
            "maximum": parameter.high,
            "description": f"{parameter.meaning} ({parameter.unit})",
        }
        for name, parameter in register().items()
    }
    step = _closed(
        {
            "from": {
                **_DAY,
                "description": "Takes effect in the week, Monday to Sunday, that contains this day.",
            },
            "why": {**_TEXT, "description": "The reason for the change."},
            "use": {"enum": list(PRESET_TITLES), "description": "A preset's levers; `set` wins over it."},
            "set": {
                **_closed({key: _lever(lever) for key, lever in LEVERS.items()}),
                "description": "Single levers, over what is in force.",
            },
        },
        ("from",),
    )
    step["anyOf"] = [{"required": ["use"]}, {"required": ["set"]}]
    properties = {
        "format": {"enum": [BEFORE, FORMAT], "description": "The version of this kind of file."},
        "extends": {**_TEXT, "description": "The scenario this one differs from: a path, or builtin:wigan/baseline."},
        "title": {**_TEXT, "description": "What it is, in a line, for tables and reports."},
        "place": {**_TEXT, "description": "The place file."},
        "years": {"type": "integer", "minimum": 1, "maximum": MOST_YEARS, "description": "Horizon, of 52 weeks each."},
        "prices": {"enum": list(PRICES), "description": "Whether prices and wage floors move or stay."},
        "parameters": {**_closed(parameters), "description": "Parameters that differ from the register."},
        "national": {
            "type": "array",
            "items": _closed(
                {
                    "from": {**_DAY, "description": "The day from which it holds."},
                    "why": {**_TEXT, "description": "The reason."},
                    "set": {
                        **_closed({name: _item(item) for name, item in calendar().items()}),
                        "description": "Items of the national calendar, and what they are instead.",
                    },
                },
                ("from", "set"),
            ),
            "description": "What the nation sets otherwise than in its calendar, in order of date.",
        },
        "policy": {"type": "array", "items": step, "description": "Dated changes, in order of date."},
    }
    return {"$schema": DIALECT, "title": "caremarket-sim scenario", **_closed(properties, ("format",))}


def place_schema() -> dict[str, Any]:
    """The schema of a place file."""
    levers = {key: _lever(lever) for key, lever in LEVERS.items()}
    figures = {}
    for key, kind in figure_kinds().items():
        number = {
            "type": "integer" if kind.kind == "whole" else "number",
            "minimum": kind.low,
            "maximum": kind.high,
        }
        parts = {
            "value": number,
            "low": number,
            "high": number,
            "source": _SEVERAL,
            "grade": {"enum": list(GRADES)},
            "note": _TEXT,
        }
        description = f"{kind.meaning} ({kind.unit})"
        figures[key] = {**_closed(parts, ("value", "grade")), "description": description}
    properties = {
        "format": {"enum": [BEFORE, FORMAT], "description": "The version of this kind of file."},
        "extends": {**_TEXT, "description": "The place file that this one differs from in name and regime alone."},
        "name": {**_TEXT, "description": "The council."},
        "licence": {**_TEXT, "description": "Under which licence the data of the place may be used."},
        "zones": {**_TEXT, "description": "A CSV file with one line a zone."},
        "providers": {
            "anyOf": [
                _closed(
                    {
                        "list": {**_TEXT, "description": "A CSV file with one line a provider that is known."},
                        "complete": {
                            "type": "boolean",
                            "description": "Whether it names all; if not, others are made up.",
                        },
                    },
                    ("list", "complete"),
                ),
                {**_TEXT, "description": "The file alone: it names some of them."},
            ],
            "description": "The providers that are known.",
        },
        "headings": {
            **_closed({name: _closed(dict.fromkeys(columns, _SEVERAL)) for name, columns in LISTS.items()}),
            "description": "What the files that the lists were made from call the columns; `none`: to be left.",
        },
        "start": {**_DAY, "description": "The day on which week 1 begins; the Monday before if it is no Monday."},
        "price_base": {
            "type": "string",
            "pattern": r"^\d{4}/\d{2}$",
            "description": "The year whose prices the fees are in, as 2024/25.",
        },
        "figures": {
            **_closed(figures, tuple(figures)),
            "description": "How large the market is at the start, and what an hour costs.",
        },
        "regime": {
            "anyOf": [
                {"enum": list(PRESET_TITLES), "description": "A preset's levers."},
                _closed(
                    {
                        "use": {"enum": list(PRESET_TITLES), "description": "A preset's levers; `set` wins over it."},
                        "set": _closed(levers),
                    }
                ),
                _closed(levers),
            ],
            "description": "How the council has bought for years, where levers are not neutral: a preset, one and what "
            "differs from it, or levers.",
        },
    }
    required = ["name", "zones", "start", "price_base", "figures"]
    of_its_own = {"required": required, "properties": {"extends": False}}
    of_another = {"required": ["extends", "name", "regime"], "properties": dict.fromkeys(required[1:], False)}
    schema = _closed(properties, ("format",))
    return {"$schema": DIALECT, "title": "caremarket-sim place", **schema, "anyOf": [of_its_own, of_another]}


SCHEMAS = {"scenario": scenario_schema, "place": place_schema}


def schema_text(of: str) -> str:
    """One of the schemas as the text of its file."""
    return json.dumps(SCHEMAS[of](), indent=2, ensure_ascii=False) + "\n"


def shipped_schema(of: str) -> str:
    """The text of the schema file in the package."""
    return (files("caremarket_sim") / "data" / f"{of}.schema.json").read_text(encoding="utf-8")


def _lever(lever: Lever) -> dict[str, Any]:
    """The schema of one lever's values."""
    about = {"description": lever.meaning + (f" ({lever.unit})" if lever.unit else "")}
    number = {"type": "integer" if lever.kind == "whole" else "number", "minimum": lever.low, "maximum": lever.high}
    if lever.kind == "choice":
        return {"enum": list(lever.options), **about}
    if lever.kind == "flag":
        return {"type": "boolean", **about}
    if lever.kind == "weights":
        weight = {"type": "number", "minimum": 0, "maximum": 1}
        return {**_closed(dict.fromkeys(lever.parts, weight), lever.parts), **about}
    if lever.kind == "wage_floor":
        return {"anyOf": [{"enum": list(lever.options)}, number], **about}
    if lever.allowed:
        return {"enum": list(lever.allowed), **about}
    return {"anyOf": [{"const": "none"}, number], **about} if lever.may_be_none else {**number, **about}


def _item(item: Item) -> dict[str, Any]:
    """The schema of what an item of the national calendar may be set to."""
    about = {"description": item.meaning + (f" ({item.unit})" if item.unit else "")}
    if item.kind == "flag":
        return {"type": "boolean", **about}
    number = {"type": "number", "minimum": item.low, "maximum": item.high}
    return {"anyOf": [number, {"type": "string", "pattern": "^([+-][0-9.]+ ?%|low|high)$"}], **about}


def _closed(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with these properties and no others."""
    closed = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**closed, "required": list(required)} if required else closed

"""The reference page of file formats: what may stand in a file, from its schema, and what a results folder holds."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from caremarket_sim.documents import code, filled, table
from caremarket_sim.results.manifest import Manifest
from caremarket_sim.results.workbook import Told
from caremarket_sim.scenario.places import figure_kinds
from caremarket_sim.scenario.schema import place_schema, scenario_schema
from caremarket_sim.studies.sweep.design_schema import design_schema


def formats_page() -> str:
    """Scenario, place and design files and the results folder, as Markdown."""
    design = design_schema()
    kinds = figure_kinds().values()
    tables, columns = results_tables()
    return filled(
        "formats",
        scenario=_keys(scenario_schema()),
        step=_keys(scenario_schema()["properties"]["policy"]["items"]),
        place=_keys(place_schema()),
        figures=table(
            ("figure", "meaning", "unit", "bounds"),
            [(code(one.key), one.meaning, one.unit, f"{one.low:,g} to {one.high:,g}") for one in kinds],
        ),
        design=_keys(design),
        sampler=_keys(design["properties"]["sampler"]),
        manifest=_keys(Manifest.model_json_schema()),
        results=table(
            ("file", "a row is", "written by", "columns"),
            [
                (code(name), one["row"], one["by"], ", ".join(map(code, one["columns"])) or "–")
                for name, one in tables.items()
            ],
        ),
        columns=table(("column", "meaning"), [(code(name), meaning) for name, meaning in columns.items()]),
    )


def results_tables() -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The tables of a results folder by file name, and the meaning of each of their columns."""
    told = tomllib.loads(Path(__file__).with_name("results_files.toml").read_text(encoding="utf-8"))
    return told["files"], told["columns"]


def exported_tables() -> dict[str, Told]:
    """What a row of each table is that can be exported, and what its columns mean: CSV files by their whole names, then
    the tables that only the ledger and its parts have."""
    told = tomllib.loads(Path(__file__).with_name("results_files.toml").read_text(encoding="utf-8"))
    columns = told["columns"]
    files = {name: Told(one["row"], columns) for name, one in told["files"].items()}
    return files | {name: Told(one["row"], columns | one["columns"]) for name, one in told["tables"].items()}


def _keys(schema: dict[str, Any]) -> str:
    """The keys of an object that a schema describes."""
    needed = schema.get("required", ())
    rows = [
        (code(name), one.get("description", ""), _values(one), "yes" if name in needed else "")
        for name, one in schema["properties"].items()
    ]
    return table(("key", "meaning", "value", "required"), rows)


def _values(schema: dict[str, Any]) -> str:
    """What a value may be, in words."""
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_values(one) for one in schema["anyOf"]))
    if schema.get("format") == "date":
        return "date, as 2024-04-01"
    kind = {
        "object": "a mapping",
        "array": "a list",
        "string": "text",
        "integer": "whole number",
        "null": "nothing",
    }
    said: str = schema.get("type", "object")
    words = kind.get(said, said)
    if "minimum" in schema and "maximum" in schema:
        return f"{words}, {schema['minimum']} to {schema['maximum']}"
    return words + (f", at least {schema['minimum']}" if "minimum" in schema else "")

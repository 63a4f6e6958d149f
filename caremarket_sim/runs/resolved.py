"""A scenario as one piece of text that it can be made from again, whatever became of the files it was read from."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.national import NationalChange, Setting
from caremarket_sim.parameters import Parameters
from caremarket_sim.policy import NEUTRAL, Levers
from caremarket_sim.scenario import PROVIDER_TYPE, ZONE_TYPE, Change, Figure, Place, Scenario


def resolved_json(scenario: Scenario) -> str:
    """All that determines a scenario's numbers, with names and whys. Levers at their neutral values are left out."""
    place = scenario.place
    content = {
        "name": scenario.name,
        "title": scenario.title,
        "path": str(scenario.path),
        "key": scenario.key,
        "weeks": scenario.weeks,
        "prices": scenario.prices,
        "parameters": dict(scenario.parameters.overrides),
        "changes": [
            {"week": change.week, "why": change.why, "levers": change.levers.differences(NEUTRAL)}
            for change in scenario.changes
        ],
        "national": [
            {
                "day": change.day.isoformat(),
                "why": change.why,
                "settings": {k: asdict(v) for k, v in change.settings.items()},
            }
            for change in scenario.national
        ],
        "place": {
            "name": place.name,
            "path": str(place.path),
            "key": place.key,
            "start": place.start.isoformat(),
            "price_base": place.price_base,
            "licence": place.licence,
            "regime": place.regime.differences(NEUTRAL),
            "figures": {key: asdict(figure) for key, figure in place.figures.items()},
            "zones": _as_records(place.zones, ZONE_TYPE),
            "providers": _as_records(place.providers, PROVIDER_TYPE),
            "complete": place.complete,
            "tendered": place.tendered,
            "home": None if place.home is None else _regime_of(place.home),
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def scenario_from(text: str, file: Path) -> Scenario:
    """The scenario that `resolved_json` wrote into `file`.

    Raises BadInput if the text is no such thing, or if what it describes has another key than it says: a parameter's
    or a lever's own value may have moved since.
    """
    try:
        content = json.loads(text)
        scenario = _scenario(content)
        key = content["key"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"the resolved scenario cannot be read ({type(error).__name__}: {error})"
        raise BadInput(Problem(what, file=file, right="use the version of the package that wrote it")) from None
    if scenario.key != key:
        what = f"scenario {scenario.name!r} means something else to this version of the package than when it was run"
        raise BadInput(Problem(what, file=file, right="use the version of the package that ran it"))
    return scenario


def _scenario(content: dict[str, Any]) -> Scenario:
    return Scenario(
        name=content["name"],
        title=content["title"],
        path=Path(content["path"]),
        place=_place(content["place"]),
        weeks=content["weeks"],
        prices=content["prices"],
        parameters=Parameters(content["parameters"]),
        national=tuple(
            NationalChange(
                date.fromisoformat(change["day"]),
                {name: Setting(**setting) for name, setting in change["settings"].items()},
                change["why"],
            )
            for change in content.get("national", ())
        ),
        changes=tuple(Change(change["week"], Levers(change["levers"]), change["why"]) for change in content["changes"]),
    )


def _regime_of(place: Place) -> dict[str, Any]:
    return {"regime": place.regime.differences(NEUTRAL), "tendered": place.tendered}


def _place(content: dict[str, Any]) -> Place:
    home = content.get("home")
    return Place(
        name=content["name"],
        path=Path(content["path"]),
        zones=_from_records(content["zones"], ZONE_TYPE),
        figures={
            key: Figure(**{**figure, "source": tuple(figure["source"])}) for key, figure in content["figures"].items()
        },
        price_base=content["price_base"],
        start=date.fromisoformat(content["start"]),
        regime=Levers(content["regime"]),
        licence=content["licence"],
        providers=_from_records(content.get("providers", []), PROVIDER_TYPE),
        complete=content.get("complete"),
        tendered=content.get("tendered", False),
        home=None if home is None else _place({**content, **home, "home": None}),
    )


def _as_records(rows: np.ndarray, of: np.dtype) -> list[dict[str, Any]]:
    return [dict(zip(of.names or (), row, strict=True)) for row in rows.tolist()]


def _from_records(records: list[dict[str, Any]], of: np.dtype) -> np.ndarray:
    return np.array([tuple(record[name] for name in of.names or ()) for record in records], dtype=of)

"""The outlines of zones: from a map that somebody gives, GeoJSON of polygons in longitude and latitude, or as shipped.

Shipped, in `data/outlines.zip` with their licence, are those of the wards of Wigan and of Greater Manchester.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.reading import json_of

LARGEST_MAP = 5_000_000
"""Bytes; the report draws every corner of every outline and must stay small."""
A_MAP = "a FeatureCollection of polygons in longitude and latitude"

Rings = list[list[tuple[float, float]]]
_Position = Annotated[list[Annotated[float, Field(ge=-180, le=180)]], Field(min_length=2, max_length=4)]
_Polygon = Annotated[list[Annotated[list[_Position], Field(min_length=3)]], Field(min_length=1)]


class _OfMap(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _One(_OfMap):
    type: Literal["Polygon"]
    coordinates: _Polygon

    @property
    def polygons(self) -> list[_Polygon]:
        return [self.coordinates]


class _Many(_OfMap):
    type: Literal["MultiPolygon"]
    coordinates: list[_Polygon] = Field(min_length=1)

    @property
    def polygons(self) -> list[_Polygon]:
        return self.coordinates


class _Feature(_OfMap):
    geometry: _One | _Many = Field(discriminator="type")
    properties: dict[str, Any]


class _Map(_OfMap):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[_Feature]


def outlines_of(zones: Sequence[Any], path: Path | None) -> list[Rings] | None:
    """The outer rings of each zone: from the map that is given, else as shipped; None where no map has all zones."""
    if path is not None:
        return read_outlines(path, zones)
    shipped = _shipped()
    return [shipped[zone["code"]] for zone in zones] if all(zone["code"] in shipped for zone in zones) else None


@cache
def _shipped() -> dict[str, Rings]:
    """The outer rings of every zone whose outline is shipped, by its code."""
    with zipfile.ZipFile(io.BytesIO((files("caremarket_sim") / "data" / "outlines.zip").read_bytes())) as archive:
        features = json.loads(archive.read("outlines.geojson"))["features"]
    return {
        feature["properties"]["zone_code"]: [
            [(x, y) for x, y in polygon[0]] for polygon in feature["geometry"]["coordinates"]
        ]
        for feature in features
    }


def read_outlines(path: Path, zones: Sequence[Any]) -> list[Rings]:
    """The outer rings of each zone from a GeoJSON of polygons, found by its code or name in any property.

    Raises BadInput if it cannot be read or a zone is missing.
    """
    rings: dict[str, Rings] = {}
    for feature in json_of(path, path, _Map, A_MAP, LARGEST_MAP).features:
        outer = [[(x, y) for x, y, *_ in polygon[0]] for polygon in feature.geometry.polygons]
        for value in feature.properties.values():
            rings.setdefault(str(value), outer)
    missing = [zone["name"] for zone in zones if zone["code"] not in rings and zone["name"] not in rings]
    if missing:
        right = "a property must hold the zone's code or name as in the place's zones file"
        raise BadInput(Problem(f"the map has no outline of {', '.join(missing[:5])}", file=path, right=right))
    return [rings.get(zone["code"]) or rings[zone["name"]] for zone in zones]

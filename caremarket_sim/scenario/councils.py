"""Every council of England with adult social care duties: what is published of it, by its name or code.

The data are one archive of plain text, `data/councils.zip`, with its licence; `benchmarks/council_data.py` makes it.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.scenario.zones import ZONE_TYPE

LICENCE = (
    "Zones: population, centres and areas from ONS, deprivation from MHCLG; figures of the council from DHSC, CQC and "
    "Oflog; all under the Open Government Licence v3.0. Contains OS data © Crown copyright and database right"
)
NEAR = 0.8
"""From this likeness on, a name is taken for a slip; below it, for a place that is no council here."""
_RECODED = {"E08000038": "E08000016", "E08000039": "E08000019"}
"""Codes of lists from 2025 on, and those of the data."""
_CODE = re.compile(r"[A-Z][0-9]{8}")
_BEFORE = re.compile(r"^(the )?((london|royal|metropolitan) )*(borough|city|county) of (the )?")
_AFTER = re.compile(r"( (city|county|borough|metropolitan|district|unitary))* council$")


@dataclass(frozen=True)
class Council:
    """What is published of a council: people in long-term support, homecare offices, and what to hold results to."""

    code: str
    published_name: str
    region: str
    imd_2019: float
    imd_2025: float
    long_term_support: int
    """Adults of all ages in council-funded long-term support of every kind, March 2026."""
    turnover: float | None
    """Per cent of all staff in adult social care who left in 2022/23."""
    homecare_offices: int
    """Locations that the regulator lists as homecare agencies, September 2025, by where the office is."""

    @property
    def name(self) -> str:
        """As people say it: Bristol, not `Bristol, City of`."""
        return re.sub(r", (City|County) of$", "", self.published_name)


def council_called(name: str) -> Council | None:
    """The council of this name or code; None where there is none that is near.

    Raises BadInput for a name that is nearly one, or part of one, with the nearest; and for a code that is none.
    """
    given = name.strip().upper()
    if _CODE.fullmatch(given):
        found = councils().get(_RECODED.get(given, given))
        if found is None:
            what = f"{given} is the code of no council with adult social care duties"
            raise BadInput(Problem(what, right="give a county, unitary, metropolitan or London borough; or its name"))
        return found
    said = _plain(name)
    known = _by_name()
    found = known.get(said) or known.get(_AFTER.sub("", said)) or known.get(_bare(said))
    if found is None and (near := _meant(said)):
        right = f"did you mean {' or '.join(near)}? For a place of your own add --zones FILE"
        raise BadInput(Problem(f"no council is called {name.strip()!r}", right=right))
    return found


def nearest_councils(name: str) -> list[str]:
    """The three councils whose names are most like this, near or not."""
    by_name = {_plain(one.name): one.name for one in councils().values()}
    return [by_name[near] for near in difflib.get_close_matches(_plain(name), by_name, n=3, cutoff=0.0)]


@cache
def councils() -> dict[str, Council]:
    """All 153, by code."""
    found = {}
    for row in _rows("councils.csv"):
        found[row["council_code"]] = Council(
            row["council_code"],
            row["council_name"],
            row["region"],
            float(row["imd_2019_score"]),
            float(row["imd_2025_score"]),
            int(row["long_term_support"]),
            float(row["care_turnover"]) if row["care_turnover"] else None,
            int(row["homecare_offices"]),
        )
    return found


@cache
def zones_of_england() -> tuple[np.ndarray, np.ndarray]:
    """Every zone, as a place has it, and the code of its council."""
    rows = _rows("zones.csv")
    columns = list(rows[0])[1:]
    zones = np.array([tuple(row[column] for column in columns) for row in rows], dtype=ZONE_TYPE)
    return zones, np.array([row["council_code"] for row in rows])


def zones_of(council: Council) -> np.ndarray:
    """The zones of a council: wards in Greater Manchester, small areas elsewhere, at most 60 where joined."""
    zones, codes = zones_of_england()
    return zones[codes == council.code]


def zones_text(council: Council) -> str:
    """The zones file of a council."""
    lines = _text("zones.csv").splitlines()
    own = [line.partition(",")[2] for line in lines if line.startswith(f"{council.code},")]
    return "\n".join([lines[0].partition(",")[2], *own]) + "\n"


def outlines_text(council: Council) -> str | None:
    """The outlines of its zones as GeoJSON, for the maps of a report; None where there are none."""
    features = json.loads(_text("outlines.geojson"))["features"]
    own = [one for one in features if one["properties"]["council_code"] == council.code]
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in own)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n' if own else None


@cache
def _by_name() -> dict[str, Council]:
    """Every council by its names in plain letters, with and without what kind of council it is."""
    found: dict[str, Council] = {}
    for one in councils().values():
        found[_plain(one.published_name)] = found[_plain(one.name)] = one
        if (bare := _bare(_plain(one.name)).removeprefix("county ")) != "london":
            found.setdefault(bare, one)
    return found


def _meant(said: str) -> list[str]:
    """The councils that a name may mean: those spelt nearly so, else those that have its words or its beginning."""
    by_name = {_plain(one.name): one.name for one in councils().values()}
    if near := difflib.get_close_matches(_bare(said), by_name, n=3, cutoff=NEAR):
        return [by_name[one] for one in near]
    words = set(_bare(said).split())
    if not words:
        return []
    return [
        name for one, name in by_name.items() if words <= set(one.split()) or (len(said) > 3 and one.startswith(said))
    ]


def _plain(name: str) -> str:
    """Lower-case letters, digits and single spaces."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold().replace("&", " and ")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters.replace("'", "")).split())


def _bare(plain: str) -> str:
    """A name without what kind of council it is."""
    return _AFTER.sub("", _BEFORE.sub("", plain))


def _rows(member: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_text(member), newline="")))


@cache
def _text(member: str) -> str:
    content = (files("caremarket_sim") / "data" / "councils.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(member).decode()

"""The data of every council of England that `caremarket new` reads, made from tables of published figures.

`python -m benchmarks.council_data --councils FILE --zones FILE --wards FILE --outlines FILE [--out FILE]`

--councils  one line a council: council_code, council_name, region, population, population_65plus, population_85plus
            (all mid-2024), imd_2019_score, imd_2025_score, long_term_support_adults_march_2026,
            care_turnover_rate_2022_23, cqc_homecare_locations_sept_2025
--zones     one line a small area (MSOA 2021): council_code and the columns of a zones file, people of the Census 2021
--wards     the same of Greater Manchester's wards, people of mid-2024: where a council has wards, they are its zones
--outlines  their outlines, GeoJSON with `zone_code`

Written is one ZIP archive of plain text, byte by byte the same from the same tables: `councils.csv`, `zones.csv`,
`outlines.geojson` and `LICENCE.md`. Small areas are scaled by council and age band (under 65, 65 to 84, 85 and over)
from 2021 to mid-2024. Where a council has more than 60, the one with the fewest residents joins the one whose centre
is nearest, again and again until 60 are left: areas are added up, centres and deprivation weighted by residents.
Printed is what was made, and how each total compares with the published one.
"""

import argparse
import csv
import io
import json
import math
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

MOST = 60
"""Zones of a council that are made of small areas, at most."""
OUT = Path(__file__).parents[1] / "caremarket_sim" / "data" / "councils.zip"
KEPT = {
    "council_code": "council_code",
    "council_name": "council_name",
    "region": "region",
    "imd_2019_score": "imd_2019_score",
    "imd_2025_score": "imd_2025_score",
    "long_term_support": "long_term_support_adults_march_2026",
    "care_turnover": "care_turnover_rate_2022_23",
    "homecare_offices": "cqc_homecare_locations_sept_2025",
}
"""Columns of councils.csv as they are written, and as they are read."""
AGES = ("population", "population_65plus", "population_85plus")
LICENCE = """\
# Whose data these are

Used and adapted under the Open Government Licence v3.0
(https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/):

- Office for National Statistics: ward-level mid-year population estimates, mid-2024 (official statistics in
  development); Census 2021, table TS007A; Middle layer Super Output Areas (December 2021) and Wards (May 2023): names,
  centres, areas and outlines; lookups of wards, districts and regions.
- Ministry of Housing, Communities and Local Government: English Indices of Deprivation 2019 and 2025.
- Department of Health and Social Care: adult social care client level data, long-term support, to March 2026 (official
  statistics in development, provisional; rounded to 5).
- Care Quality Commission: care directory of 8 September 2025, homecare agencies counted by the district of the office.
- Department for Levelling Up, Housing and Communities (Oflog): workforce turnover of adult social care, 2022/23, which
  rests on data of Skills for Care.

Contains OS data © Crown copyright and database right. Vacancy rates of Skills for Care are not held here, as the terms
of their publication were not seen.
"""


@dataclass(frozen=True)
class Zone:
    """A ward or small area, or several that were joined: its parts, people in each age band, and where it lies."""

    council: str
    parts: tuple[tuple[str, str, float], ...]
    """Code, name and residents of each."""
    latitude: float
    longitude: float
    area: float
    bands: tuple[float, float, float]
    """Residents under 65, 65 to 84, and 85 and over."""
    deprivation: float

    @property
    def residents(self) -> float:
        """People of all ages."""
        return sum(self.bands)

    def joined(self, other: "Zone") -> "Zone":
        """The two as one."""
        mine, theirs = self.residents, other.residents

        def mean(one: float, another: float) -> float:
            return (one * mine + another * theirs) / (mine + theirs)

        return replace(
            self,
            parts=tuple(sorted(self.parts + other.parts)),
            latitude=mean(self.latitude, other.latitude),
            longitude=mean(self.longitude, other.longitude),
            area=self.area + other.area,
            bands=tuple(one + another for one, another in zip(self.bands, other.bands, strict=True)),
            deprivation=mean(self.deprivation, other.deprivation),
        )


def zone_of(row: dict[str, str]) -> Zone:
    """The zone of a line."""
    everybody, older, oldest = (float(row[age]) for age in AGES)
    return Zone(
        row["council_code"],
        ((row["zone_code"], row["zone_name"], everybody),),
        float(row["latitude"]),
        float(row["longitude"]),
        float(row["area_km2"]),
        (everybody - older, older - oldest, oldest),
        float(row["imd_2019_score"]),
    )


def scaled(zones: list[Zone], council: dict[str, str]) -> list[Zone]:
    """A council's zones with as many people in each age band as the council has."""
    everybody, older, oldest = (float(council[age]) for age in AGES)
    sums = [sum(zone.bands[band] for zone in zones) for band in range(3)]
    factors = [whole / part for whole, part in zip((everybody - older, older - oldest, oldest), sums, strict=True)]
    return [
        replace(zone, bands=tuple(people * factor for people, factor in zip(zone.bands, factors, strict=True)))
        for zone in zones
    ]


def kilometres(one: Zone, other: Zone) -> float:
    """Between two centres."""
    north = (one.latitude - other.latitude) * 111.2
    east = (one.longitude - other.longitude) * 111.2 * math.cos(math.radians((one.latitude + other.latitude) / 2))
    return math.hypot(north, east)


def merged(zones: list[Zone], most: int = MOST) -> list[Zone]:
    """At most so many zones: the one with the fewest residents joins the nearest, again and again."""
    left = list(zones)
    while len(left) > most:
        fewest = min(left, key=lambda zone: (zone.residents, zone.parts))
        left.remove(fewest)
        nearest = min(left, key=lambda zone: (kilometres(fewest, zone), zone.parts))
        left.remove(nearest)
        left.append(fewest.joined(nearest))
    return sorted(left, key=lambda zone: zone.parts)


def name_of(zone: Zone) -> str:
    """The names of a zone's parts, the common beginning once; the first and how many more where that is too long."""
    begun: dict[str, list[str]] = {}
    for _, name, _ in zone.parts:
        first, _, last = name.rpartition(" ")
        begun.setdefault(first, []).append(last)
    name = "; ".join(f"{first} {', '.join(last)}".strip() for first, last in begun.items())
    return name if len(name) <= 80 else f"{zone.parts[0][1]} and {len(zone.parts) - 1} more"


def line_of(zone: Zone) -> list[object]:
    """A zone as its line: people are whole, and what is joined has the code of its first part and how many more."""
    under, older, oldest = (round(people) for people in zone.bands)
    code, name = zone.parts[0][:2]
    if len(zone.parts) > 1:
        code, name = f"{code}+{len(zone.parts) - 1}", name_of(zone)
    return [
        *(zone.council, code, name, round(zone.latitude, 5), round(zone.longitude, 5), round(zone.area, 3)),
        *(under + older + oldest, older + oldest, oldest, round(zone.deprivation, 1)),
    ]


def table(header: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *lines])
    return text.getvalue()


def archive(members: dict[str, str]) -> bytes:
    """A ZIP archive that is the same whenever it is made."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, text in members.items():
            made.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
    return held.getvalue()


def rows(path: Path) -> list[dict[str, str]]:
    """The lines of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main() -> int:
    """Make the archive and say what is in it."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("councils", "zones", "wards", "outlines"):
        asked.add_argument(f"--{name}", type=Path, required=True)
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    areas: dict[str, list[Zone]] = {}
    wards: dict[str, list[Zone]] = {}
    for path, into in ((given.zones, areas), (given.wards, wards)):
        for row in rows(path):
            into.setdefault(row["council_code"], []).append(zone_of(row))
    councils = sorted(rows(given.councils), key=lambda row: row["council_code"])
    lines: list[list[object]] = []
    off = joined = 0
    for council in councils:
        code = council["council_code"]
        own = merged(scaled(areas[code], council)) if code not in wards else wards[code]
        joined += code not in wards and len(areas[code]) > MOST
        lines += [line_of(zone) for zone in sorted(own, key=lambda zone: zone.parts)]
        older = sum(int(str(line[7])) for line in lines if line[0] == code)
        off = max(off, abs(older - int(council["population_65plus"])))
    header = ("council_code", "zone_code", "zone_name", "latitude", "longitude", "area_km2", *AGES, "imd_2019_score")
    outlines = json.loads(given.outlines.read_text(encoding="utf-8"))
    content = archive(
        {
            "LICENCE.md": LICENCE,
            "councils.csv": table(KEPT, [[council[read] for read in KEPT.values()] for council in councils]),
            "zones.csv": table(header, lines),
            "outlines.geojson": json.dumps(outlines, separators=(",", ":")),
        }
    )
    given.out.write_bytes(content)
    print(f"{given.out}: {len(content) / 1e6:.2f} MB")
    print(f"{len(councils)} councils, {len(lines)} zones; {len(wards)} by ward, {joined} with small areas joined")
    for column, age in ((6, "of all ages"), (7, "aged 65 and over"), (8, "aged 85 and over")):
        print(f"{sum(int(str(line[column])) for line in lines):>12,} people {age}, mid-2024")
    print(f"people aged 65 and over of a council differ from the published number by at most {off}, by rounding")
    return 0


if __name__ == "__main__":
    sys.exit(main())

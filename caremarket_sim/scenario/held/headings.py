"""Which column of a file is which of ours: by its name, by what others call it, or as somebody says.

A heading that may be meant is offered, never taken: the message says by which option it is taken, and by which left.
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from caremarket_sim.errors import BadInput, Problem

NONE = "none"
"""What a heading is said to be that is to be left."""
_AGED = "((population|people|persons|residents|aged|age)( aged)? )?"
ZONES: dict[str, str] = {
    "zone_code": r"(zone|ward|area|geography|msoa|lsoa)( [0-9]{4})? code( [0-9]{4})?|code|(wd|msoa|lsoa)[0-9]{2}cd",
    "zone_name": r"(zone|ward|msoa|lsoa)( [0-9]{4})?( name( [0-9]{4})?)?|area name|name|(wd|msoa|lsoa)[0-9]{2}h?nm",
    "latitude": r"lat|(centroid |centre )?latitude",
    "longitude": r"lon|lng|long|(centroid |centre )?longitude",
    "area_km2": r"area (in )?(km2|sq km|square kilometres|km)|area sqkm|sq km|square kilometres",
    "population": r"(total )?population( total)?|total|all (people|persons|ages)|residents|people",
    "population_65plus": rf"{_AGED}(65 plus|over 65s?|65 (and|or) (over|older))",
    "population_85plus": rf"{_AGED}(85 plus|over 85s?|85 (and|or) (over|older))",
    "imd_2019_score": r"imd (2019 )?(average )?score 2019|imd ?2019( average)?( score)?|imd score 2019",
}
"""What others call the columns of zones, as `plain` has it."""
PROVIDERS: dict[str, str] = {
    "name": r"(care )?(provider|agency|service|location|company|organisation)( name)?",
    "contracted": r"((has a |has |on )?(contract|framework)( provider)?|contracted)( with (the )?council)?",
    "weekly_hours": r"(care )?hours (a|per) week|(care )?hours week|weekly( care)? hours|hourspaiddomcare",
    "ownership": r"owner|ownership type|type of (owner|ownership)|sector",
    "rating": r"(latest |current )?(cqc |overall |cqc overall )?rating",
    "zone": r"(office )?(zone|ward)( (code|name))?",
    "latitude": ZONES["latitude"],
    "longitude": ZONES["longitude"],
}
_WORDS = str.maketrans({"+": " plus ", "²": "2", "&": " and "})


def plain(heading: str) -> str:
    """A heading without case and punctuation: `Aged 65+` is `aged 65 plus`."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", heading.casefold().translate(_WORDS)).split())


def called(heading: str, columns: Mapping[str, str]) -> str | None:
    """The column of ours that a heading names, or None."""
    if heading in columns:
        return heading
    words = plain(heading)
    return next((column for column, names in columns.items() if re.fullmatch(names, words)), None)


@dataclass(frozen=True)
class Headings:
    """Where each column of ours stands in a file, by position; the headings taken for another name, and those left."""

    places: dict[str, int]
    taken: dict[str, str]
    left: tuple[str, ...]


def headings_of(
    header: Sequence[str],
    columns: Mapping[str, str],
    required: Iterable[str],
    said: Iterable[tuple[str, str]],
    at: Problem,
) -> Headings:
    """Where each column stands; `said` are headings and their columns, or `none` for one that is to be left.

    `at` is a mistake with the file and line. Raises BadInput with everything that is to be said first.
    """
    problems: list[Problem] = []
    filled = [heading for heading in header if heading]
    if len(set(filled)) < len(filled):
        twice = next(heading for heading in filled if filled.count(heading) > 1)
        raise BadInput(Problem("names a column twice", at.file, at.line, f"name {twice!r:.60} once"))
    names = {heading: called(heading, columns) for heading in filled}
    pairs = [(heading, column) for heading, column in said if column == NONE or column in columns]
    settled = {heading for heading, _ in pairs}
    left_out = {heading for heading, column in pairs if column == NONE}
    places: dict[str, int] = {}
    for column in columns:
        given = [heading for heading, ours in pairs if ours == column and heading in filled]
        found = given or [heading for heading in filled if names[heading] == column and heading not in settled]
        found = [column] if column in found else found
        if len(found) > 1:
            two = " and ".join(f"{heading!r:.60}" for heading in found[:2])
            problems.append(Problem(f"{two} may both be {column}", at.file, at.line, _say(column, found)))
        elif found:
            places[column] = list(header).index(found[0])
    used = {header[place] for place in places.values()}
    left = [heading for heading in filled if heading not in used]
    lacking = [column for column in required if column not in places]
    unsaid = {plain(one).replace(" ", "_"): one for one in left if one not in left_out and names[one] is None}
    for column in (column for column in columns if column not in places):
        for near in difflib.get_close_matches(column, unsaid, n=1, cutoff=0.75):
            what = f"{unsaid[near]!r:.60} may be {column}, or another thing; did you mean {column}?"
            right = f"{_say(column, [unsaid[near]])}, or {_say(NONE, [unsaid[near]])}"
            problems.append(Problem(what, at.file, at.line, right))
    if lacking and not problems:
        what = f"lacks the column {', '.join(lacking)}"
        right = f"it has {', '.join(map(repr, left[:12]))}: {_say(lacking[0], ['HEADING'])}" if left else None
        problems.append(Problem(what, at.file, at.line, right))
    if problems:
        raise BadInput(problems)
    taken = {column: header[place] for column, place in places.items() if header[place] != column}
    return Headings(places, taken, tuple(left))


def _say(column: str, headings: Sequence[str]) -> str:
    """The option that says which column a heading is."""
    return " or ".join(f"--heading {shlex.quote(f'{column}={heading:.60}')}" for heading in headings[:2])

"""What somebody says of their files, by the options of a command or by a place file that remembers it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.scenario.documents import Mapping, read_document
from caremarket_sim.scenario.fields import Reader
from caremarket_sim.scenario.held.lists import Says
from caremarket_sim.scenario.held.numbers import CONVENTIONS, DAY_ORDERS
from caremarket_sim.scenario.held.remembered import LISTS, Pairs, headings_in
from caremarket_sim.scenario.workspace import shown_path


def read_headings(path: Path, shown: str) -> Pairs:
    """The headings that a place file remembers. Raises BadInput where it remembers none."""
    document = read_document(path, shown)
    reader = Reader(shown)
    entries = document.root.entries if isinstance(document.root, Mapping) else {}
    if "headings" not in entries:
        raise BadInput(Problem("remembers no headings", shown, 1, "give a place file that `caremarket new` wrote"))
    pairs = headings_in(reader, entries["headings"])
    if reader.problems:
        raise BadInput(reader.problems)
    return pairs


def said_headings(given: Sequence[str]) -> Pairs:
    """The headings of options such as `zone_name=Ward`. Raises BadInput for a column that there is not."""
    pairs, problems = [], []
    for one in given:
        column, _, heading = (part.strip() for part in one.partition("="))
        columns = sorted({column for columns in LISTS.values() for column in columns})
        if column not in columns or not heading:
            right = suggestion(column, columns) if heading else "write such as --heading 'zone_name=Ward'"
            problems.append(Problem(f"--heading {one[:80]!r} names no column", right=right))
        pairs.append((" ".join(heading.split()), column))
    if problems:
        raise BadInput(problems)
    return pairs


def says_of(
    heading: Sequence[str], headings: Path | None, sheet: str | None, decimal: str | None, days: str | None
) -> Says:
    """What the options of a command say of files. Raises BadInput for a word that there is not."""
    pairs = said_headings(heading)
    if headings is not None:
        pairs += [
            pair for pair in read_headings(headings, shown_path(headings)) if pair[1] not in {c for _, c in pairs}
        ]
    for option, word, words in (("--decimal", decimal, CONVENTIONS), ("--days", days, DAY_ORDERS)):
        if word is not None and word not in words:
            raise BadInput(Problem(f"{option} is {word[:40]!r}", right=f"write {' or '.join(words)}"))
    return Says(tuple(pairs), decimal, days, sheet)

"""What somebody brings of a council that begins: files, figures by name, and how to read the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.policy.advice import Span
from caremarket_sim.policy.values import checked_number
from caremarket_sim.scenario.held.lists import Says
from caremarket_sim.scenario.places import figure_kinds

OPTIONS = {
    "council_clients": "--clients",
    "self_funders": "--self-funders",
    "care_workers": "--care-workers",
    "contracted_providers": "--contracted",
    "private_providers": "--private",
    "council_fee": "--fee",
    "self_funder_price": "--self-funder-price",
}
"""Figures of a place and the options that give them."""


@dataclass(frozen=True)
class Given:
    """What a council brings: files of its own, and figures by name. What it does not bring stands in.

    `complete`: its providers are all that there are. The regulator's directory always names all.
    """

    zones: Path | Sequence[Path] | None = None
    """A file, or several that give the zones together."""
    providers: Path | None = None
    complete: bool = False
    directory: Path | None = None
    authority: str | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    says: Says = field(default_factory=Says)
    """How to read what could be read in two ways."""
    tell: Callable[[str], None] = field(default=lambda note: None, compare=False)
    """Who hears what was made of the files: headings taken, columns left, blanks estimated."""

    @property
    def zone_files(self) -> Sequence[Path]:
        """The files that give the zones, none where another's stand in or are known."""
        return [self.zones] if isinstance(self.zones, Path) else self.zones or ()

    @property
    def lists_all(self) -> bool:
        """Whether its providers are listed, and all of them."""
        return self.complete or self.directory is not None


def require_sense(given: Given, known: bool) -> None:
    """Raise BadInput for options that do not go together, and figures out of bounds; `known`: its zones are."""
    problems = []
    zoned = given.zones is not None or known
    if not zoned and (given.providers is not None or given.directory is not None):
        problems.append(Problem("providers are placed in zones, and none are given", right="add --zones FILE"))
    if given.complete and given.providers is None and given.directory is None:
        problems.append(Problem("--complete says that a list names every provider", right="add --providers FILE"))
    if given.authority is not None and given.directory is None:
        problems.append(Problem("--authority says whose rows of the directory to read", right="add --cqc FILE"))
    for key, value in given.figures.items():
        kind = figure_kinds()[key]
        try:
            checked_number(OPTIONS[key], value, Span(kind.low, kind.high, kind.unit, kind.kind == "whole"))
        except BadInput as bad:
            problems.extend(bad.problems)
    if problems:
        raise BadInput(problems)

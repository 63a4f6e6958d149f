"""What a place file remembers of the files that it was made from: `headings:`, to read the next edition alike."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping as Words
from collections.abc import Sequence

from caremarket_sim.scenario.documents import Node
from caremarket_sim.scenario.documents import Sequence as ListNode
from caremarket_sim.scenario.fields import Reader
from caremarket_sim.scenario.held.headings import NONE, PROVIDERS, ZONES

LISTS = {"zones": (*ZONES, NONE), "providers": (*PROVIDERS, NONE)}
Pairs = list[tuple[str, str]]
"""Headings, each with the column of ours that it is."""


def headings_in(reader: Reader, node: Node) -> Pairs:
    """The headings of a place file's `headings:`; under `none` stand those that are to be left."""
    pairs: Pairs = []
    for name, part in reader.mapping(node, "headings", LISTS).items():
        for column, said in reader.mapping(part, f"headings of {name}", LISTS[name]).items():
            several = said.items if isinstance(said, ListNode) else [said]
            texts = [reader.text(one, f"the heading of {column}") for one in several]
            pairs.extend((text, column) for text in texts if text is not None)
    return pairs


def remembered_text(taken: Words[str, Words[str, str]], notes: Sequence[str]) -> list[str]:
    """The lines of a place file that say how the lists were read, and with which headings."""
    lines = []
    if notes:
        lines += ["# How the files were read that zones.csv and providers.csv are made from:"]
        for note in notes:
            lines += textwrap.wrap(" ".join(note.split()), 118, initial_indent="# - ", subsequent_indent="#   ")
    if taken:
        lines += ["headings:  # what those files call the columns; `--headings` reads the next edition by it"]
        for name, columns in taken.items():
            lines.append(f"  {name}:")
            lines += [f"    {column}: {json.dumps(said, ensure_ascii=False)}" for column, said in columns.items()]
    return lines

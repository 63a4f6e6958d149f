"""Of which versions of the code a finding holds: the one that it was made with, and those that give the same results.

A version is a hash of all sources that decide numbers (`settling.code_version`), so that rewriting a loop changes it
like changing an assumption. Versions that were shown to give the same results, bit by bit
(`python -m benchmarks.same_results`), are listed together in `same_results.json`.
"""

from __future__ import annotations

import json
from pathlib import Path

from caremarket_sim.settling import code_version

FILE = Path(__file__).parent / "same_results.json"


def holds_now(code: str, file: Path = FILE) -> bool:
    """Whether what was found with a version of the code would be found with the one that is running."""
    now = code_version()
    return code == now or any(code in alike and now in alike for alike in versions_alike(file))


def versions_alike(file: Path = FILE) -> list[list[str]]:
    """Versions that give the same results, the oldest of each list first."""
    return json.loads(file.read_text(encoding="utf-8"))


def note_as_same(before: str, after: str, file: Path = FILE) -> None:
    """Note that two versions give the same results, and with them all that give the same as either."""
    known = versions_alike(file)
    alike = [codes for codes in known if before in codes or after in codes]
    together = list(dict.fromkeys([*(code for codes in alike for code in codes), before, after]))
    others = [codes for codes in known if codes not in alike]
    file.write_text(json.dumps([*others, together], indent=1) + "\n", encoding="utf-8")

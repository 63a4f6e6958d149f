"""Of which versions of the code a finding holds: the one that it was made with, and those that give the same results.

A version is a hash of all sources that decide numbers (`settling.code_version`), so that rewriting a loop changes it
like changing an assumption. Versions that were shown to give the same results, bit by bit
(`python -m benchmarks.same_results`), are listed together in `same_results.json`: those that are alike in everything,
and those that differ, but not in the runs that a finding was made of.
"""

from __future__ import annotations

import json
from pathlib import Path

from caremarket_sim.settling import code_version

FILE = Path(__file__).parent / "same_results.json"
EVERYTHING = "everything"
FINDINGS = ("plausible set", "emulator")
"""What is made of runs that may come out the same where others do not."""


def holds_now(code: str, finding: str = EVERYTHING, file: Path = FILE) -> bool:
    """Whether a finding that was made with a version of the code would be made with the one that is running."""
    now = code_version()
    return code == now or any(code in alike and now in alike for alike in versions_alike(finding, file))


def versions_alike(finding: str = EVERYTHING, file: Path = FILE) -> list[list[str]]:
    """Versions that give the same results for a finding, the oldest of each list first."""
    noted = json.loads(file.read_text(encoding="utf-8"))
    return together([*noted.get(EVERYTHING, []), *(noted.get(finding, []) if finding != EVERYTHING else [])])


def note_as_same(before: str, after: str, finding: str = EVERYTHING, file: Path = FILE) -> None:
    """Note that two versions give the same results for a finding, and with them all that give the same as either."""
    noted = json.loads(file.read_text(encoding="utf-8"))
    noted[finding] = together([*noted.get(finding, []), [before, after]])
    file.write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")


def together(pairs: list[list[str]]) -> list[list[str]]:
    """Lists of versions that are alike, those that share one put together."""
    found: list[list[str]] = []
    for codes in pairs:
        alike = [known for known in found if set(known) & set(codes)]
        found = [known for known in found if known not in alike]
        found.append(list(dict.fromkeys([code for known in (*alike, codes) for code in known])))
    return found

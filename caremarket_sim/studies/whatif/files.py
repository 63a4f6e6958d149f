"""The files of an emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caremarket_sim.telling.files import csv_bytes, records

if TYPE_CHECKING:
    from caremarket_sim.studies.whatif.result import WhatIf

PAGE = "whatif.html"


def whatif_files(found: WhatIf) -> Iterator[tuple[str, bytes]]:
    """The page, the emulators as numbers, and how well each did."""
    from caremarket_sim.studies.whatif.page import whatif_page
    from caremarket_sim.studies.whatif.result import to_json

    yield PAGE, whatif_page(found).encode()
    yield "emulator.json", to_json(found).encode()
    yield "held_out.csv", csv_bytes(found.frame())


def whatif_summary(found: WhatIf, folder: Path) -> dict[str, Any]:
    """What was found as an object for JSON."""
    return {
        "command": "whatif",
        "results": str(folder),
        "page": str(folder / PAGE),
        "stale": bool(found.stale),
        "shown": [one.indicator for one in found.shown],
        "held_out": records(found.frame()),
        "sentences": found.summary(),
    }

"""How emulators show themselves: the sentences first, then how well each was held to what it had not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caremarket_sim import markup
from caremarket_sim.studies.whatif.words import sentences as sentences
from caremarket_sim.telling.words import asked

if TYPE_CHECKING:
    from caremarket_sim.studies.whatif.result import WhatIf


def whatif_html(found: WhatIf) -> str:
    """What is shown and what is not, in words, and how well each emulator did on points held out."""
    rows = [
        (
            asked(row),
            row.emulator,
            f"{row.within_that:.0%}" if row.emulator else "",
            f"{row.bars_hold:.0%}" if row.emulator else "",
            "shown" if row.shown else f"not shown: {row.why_not}",
        )
        for row in found.frame().assign(reference=found.reference).itertuples(index=False)
    ]
    columns = ("output", "emulator", "errs by less than 20 futures", "bars hold", "")
    return markup.sentences(found.title, found.summary()) + markup.table("Held to samples left out", columns, rows)

"""The bytes of a results folder: tables as CSV that Excel opens, figures as PNG; equal results give equal bytes."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A table as UTF-8 with signature; numbers as they are read back exactly, text that Excel would run escaped.

    A cell of text that begins with `=`, `+`, `-` or `@` gets an apostrophe before it. What has no value is empty.
    """
    safe = frame.copy()
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[column] = safe[column].map(_escaped)
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _escaped(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def png_bytes(drawn: Figure) -> bytes:
    """A figure as PNG, with nothing in it of when or where it was drawn."""
    file = io.BytesIO()
    drawn.savefig(file, format="png", dpi=150, metadata={"Software": "caremarket-sim"})
    return file.getvalue()


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A table's rows for JSON; what has no value is null."""
    return [
        {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}
        for row in frame.to_dict("records")
    ]

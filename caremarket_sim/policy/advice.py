"""What to write instead of a number that was refused: one that will be taken, or else between which bounds.

Whatever is advised has been held to the same bounds as what was refused, so that nobody is sent from one mistake to the
next. Where a text can be read in two ways and both would be taken, both are said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_FRACTION = re.compile(r"\s*([0-9]+)\s*/\s*([0-9]+)\s*")
_QUANTITY = re.compile(r"\s*([-+\N{MINUS SIGN}]?)\s*[£$€]?\s*([0-9.][0-9.,_'’ \N{NO-BREAK SPACE}]*)(.*)", re.DOTALL)
_PLAIN = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[,_'’ ][0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:_[0-9]+)+")
_CONTINENTAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")
_PER_CENT = ("%", "percent", "pct", "pc")
_TIMES = {"k": 1000, "thousand": 1000, "m": 1_000_000, "mn": 1_000_000, "million": 1_000_000}
_TIME = re.compile(r"\b(day|week|month|year|hour|minute)s?\b")


def shown(value: object) -> str:
    """A value as it is written in a scenario file."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{part}: {shown(weight)}" for part, weight in value.items()) + "}"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


@dataclass(frozen=True)
class Span:
    """The numbers that are taken: between two bounds, where there are any, whole ones only, or a few alone.

    `also` are words that are taken too.
    """

    low: float | None = None
    high: float | None = None
    unit: str = ""
    whole: bool = False
    few: tuple[int, ...] = ()
    also: tuple[str, ...] = ()

    def takes(self, number: float) -> bool:
        """Whether it is one of them."""
        return (
            math.isfinite(number)
            and (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
            and (not self.whole or number == int(number))
            and (not self.few or number in self.few)
        )

    @property
    def in_words(self) -> str:
        """What may be written."""
        kind = "a whole number" if self.whole else "a number"
        span = kind if self.low is None or self.high is None else f"{kind} from {shown(self.low)} to {shown(self.high)}"
        words = [" or ".join(map(str, self.few))] if self.few else [span + (f" ({self.unit})" if self.unit else "")]
        return "write " + ", or ".join([*words, *self.also])

    def instead_of(self, value: object) -> str:
        """What to write instead of a text or number that was refused."""
        readings = [text for text in _readings(value, self) if self.takes(float(text))]
        if not readings:
            return self.in_words
        if not isinstance(value, str):
            kind = "multiples" if self.is_multiple else "shares"
            return f"{kind} are numbers, not per cent: write {readings[0]}"
        return f"write {' or '.join(dict.fromkeys(readings))}"

    @property
    def is_multiple(self) -> bool:
        """Whether 1 means as much as now, so that 3% may mean 3% more."""
        return self.unit.startswith("multiple")

    @property
    def of_one(self) -> bool:
        """Whether it is a share or a multiple, so that somebody may have written per cent."""
        return self.is_multiple or (self.high is not None and self.high <= 1)


def _readings(value: object, span: Span) -> Iterator[str]:
    """The numbers that may be meant, the likeliest first, as they are to be written."""
    if isinstance(value, str):
        yield from _in_text(value, span)
    elif isinstance(value, int | float) and not isinstance(value, bool) and 2 <= value <= 1000 and span.of_one:
        yield _written(Decimal(repr(value)) / 100)


def _in_text(text: str, span: Span) -> Iterator[str]:
    if fraction := _FRACTION.fullmatch(text):
        over, under = float(fraction[1]), float(fraction[2])
        if under:
            yield f"{over / under:.4f}".rstrip("0").rstrip(".")
        return
    if not (quantity := _QUANTITY.fullmatch(text)):
        return
    sign = "" if quantity[1] in ("", "+") else "-"
    rest = " ".join(quantity[3].casefold().split())
    word = rest.replace(" ", "")
    found = [sign + digits for digits in _digits(quantity[2].strip(" \N{NO-BREAK SPACE}"))]
    if word in _PER_CENT:
        for digits in found:
            yield _written(Decimal(digits) / 100)
            if span.is_multiple:
                yield _written(1 + Decimal(digits) / 100)
    elif word in _TIMES:
        yield from (_written(Decimal(digits) * _TIMES[word]) for digits in found)
    elif word in ("p", "pence") and span.unit.startswith("£"):
        yield from (_written(Decimal(digits) / 100) for digits in found)
    elif re.fullmatch(r"[a-z£/ ]*", rest) and word not in ("p", "pence") and not _of_another_time(rest, span.unit):
        taken = [digits for digits in found if span.takes(float(digits))][:1]
        yield from taken
        if not taken and not rest and span.of_one:
            yield from (_written(Decimal(digits) / 100) for digits in found)


def _digits(body: str) -> Iterator[str]:
    """The ways to read digits with points, commas and spaces among them, the English one first."""
    if _PLAIN.fullmatch(body):
        whole, _, part = body.partition(".")
        yield (whole.lstrip("0") or "0") + (f".{part}" if part else "")
    if _GROUPED.fullmatch(body):
        yield re.sub(r"[,_'’ ]", "", body)
    if _CONTINENTAL.fullmatch(body):
        yield body.replace(".", "").replace(",", ".")
    if _DECIMAL_COMMA.fullmatch(body):
        yield body.replace(",", ".")


def _of_another_time(words: str, unit: str) -> bool:
    """Whether months are written, say, where weeks are asked for."""
    asked, given = set(_TIME.findall(unit)), set(_TIME.findall(words))
    return bool(asked and given and not given <= asked)


def _written(number: Decimal) -> str:
    """A number without exponent or needless noughts, as every reader takes it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

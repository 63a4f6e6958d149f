"""What a cell says: a number as people and Excel write it, or a day. What could be two things is asked, not guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from caremarket_sim.scenario.held.tables import Cell, as_words

CONVENTIONS = ("point", "comma")
"""What separates decimals. With a point, commas may separate thousands, and the other way round."""
DAY_ORDERS = ("day", "month")
"""What stands first in 06/04/2026."""
BLANKS = frozenset(("", "n/a", "na", "..", ":", "[x]", "[z]", "[c]", "*", "null", "unknown", "not known"))
"""How publishers and offices write that a number is not said. A dash is none: it may mean that there is none."""
_SPACES = "'\N{RIGHT SINGLE QUOTATION MARK} \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"


def _body(thousands: str, decimal: str) -> re.Pattern[str]:
    grouped = rf"[0-9]{{1,3}}(?P<by>[{thousands}{_SPACES}])[0-9]{{3}}(?:(?P=by)[0-9]{{3}})*(?:{decimal}[0-9]*)?"
    plain = rf"(?:[0-9]+(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][-+]?[0-9]+)?"
    return re.compile(f"{grouped}|{plain}")


_BODIES = {"point": _body(",", r"\."), "comma": _body(r"\.", ",")}
_GAP = f"[{_SPACES[2:]}]"
_SIGN = "[-+\N{MINUS SIGN}]"
_SHELL = re.compile(
    rf"(?P<open>\()?(?P<sign>{_SIGN})?(?P<pound>£{_GAP}?)?(?P<late>{_SIGN})?"
    rf"(?P<body>[^()£%]+?)(?:{_GAP}?(?P<percent>%))?(?P<close>\))?"
)
"""What may stand around the digits."""


@dataclass(frozen=True)
class Kind:
    """What a column of numbers holds: its bounds, whether it counts, and which sign it may bear (£ or %)."""

    low: float
    high: float
    whole: bool = False
    sign: str = ""


def number_as(cell: Cell, convention: str, sign: str = "") -> float | None:
    """The number that a cell says with these decimals, or None; `sign` is the one that it may bear. 12% is 0.12."""
    if isinstance(cell, float | int):
        return cell if math.isfinite(cell) else None
    text = cell.strip(" \N{NO-BREAK SPACE}\t") if isinstance(cell, str) else ""
    shell = _SHELL.fullmatch(text.removeprefix("'"))  # Excel marks text by an apostrophe
    if shell is None or not _fits(shell, sign) or not _BODIES[convention].fullmatch(shell["body"]):
        return None
    thousands, decimal = (",", ".") if convention == "point" else (".", ",")
    digits = re.sub(f"[{re.escape(thousands)}{_SPACES}]", "", shell["body"]).replace(decimal, ".")
    below = shell["open"] or (shell["sign"] or shell["late"] or "+") != "+"
    value = float(("-" if below else "") + digits + ("e-2" if shell["percent"] else ""))
    return value if math.isfinite(value) else None


def _fits(shell: re.Match[str], sign: str) -> bool:
    """Whether what stands around the digits goes together, and is the sign that the column may bear."""
    return (
        bool(shell["open"]) == bool(shell["close"])
        and sum(bool(shell[part]) for part in ("open", "sign", "late")) <= 1
        and (not shell["pound"] or sign == "£")
        and (not shell["percent"] or (sign == "%" and "e" not in shell["body"].lower()))
    )


@dataclass(frozen=True)
class Ambiguous:
    """A cell that could be two things: its place in what was looked at, and both readings in words."""

    place: int
    readings: tuple[str, str]


def decimals_of(cells: Iterable[tuple[Cell, Kind]], separator: str | None) -> str | Ambiguous:
    """What separates decimals in a file's cells of numbers, or the first cell of which it cannot be told.

    A convention is theirs if with it every cell is a number within its bounds, and with the other one not; else if with
    it every count is whole, and with the other one not. Where commas separate cells they do not separate decimals. If
    neither reads every cell, it is the one that reads more.
    """
    texts = [(place, cell, kind) for place, (cell, kind) in enumerate(cells) if isinstance(cell, str)]
    numbers = {convention: [_within(cell, convention, kind) for _, cell, kind in texts] for convention in CONVENTIONS}
    pairs = list(zip(*numbers.values(), strict=True))
    differ = [row for row, (point, comma) in enumerate(pairs) if point != comma]
    if not differ:
        return "point"
    read = {convention: sum(value is not None for value in numbers[convention]) for convention in CONVENTIONS}
    if read["point"] != read["comma"]:
        return max(CONVENTIONS, key=lambda convention: read[convention])
    whole = {
        convention: all(
            value is None or value.is_integer()
            for value, (_, _, kind) in zip(numbers[convention], texts, strict=True)
            if kind.whole
        )
        for convention in CONVENTIONS
    }
    if whole["point"] != whole["comma"]:
        return "point" if whole["point"] else "comma"
    both = [row for row in differ if None not in pairs[row]]
    if separator == "," or not both:
        return "point"
    point, comma = pairs[both[0]]
    return Ambiguous(texts[both[0]][0], (f"{point:.15g}", f"{comma:.15g}"))


def _within(cell: str, convention: str, kind: Kind) -> float | None:
    value = number_as(cell, convention, kind.sign)
    return value if value is not None and kind.low <= value <= kind.high else None


_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9:.]+Z?)?")
_SLASHED = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})(?: [0-9:]+)?")
_NAMED = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})[ -]((?:[0-9]{2})?[0-9]{2})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_SERIAL, _LAST_SERIAL, _EPOCH = 36526, 73050, date(1899, 12, 30).toordinal()
"""Excel's numbers for days of 2000 to 2099."""


def day_as(cell: Cell, first: str) -> date | None:
    """The day that a cell says, as 2026-04-06, 06/04/2026, 6-Apr-26 or Excel's number of it, or None."""
    if isinstance(cell, date):
        return cell
    text = as_words(cell).strip()
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        number = float(text)
        return date.fromordinal(_EPOCH + int(number)) if _FIRST_SERIAL <= number <= _LAST_SERIAL else None
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(text):
        one, other = int(found[1]), int(found[3])
        day, month = (one, other) if first == "day" else (other, one)
        return _day(int(found[4]), month, day)
    if (found := _NAMED.fullmatch(text)) and found[2][:3].lower() in _MONTHS:
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        return _day(year, _MONTHS.index(found[2][:3].lower()) + 1, int(found[1]))
    return None


def days_of(cells: Sequence[Cell]) -> str | Ambiguous:
    """Whether the day or the month stands first in a column of days, or the first cell of which it cannot be told."""
    reads: dict[str, Callable[[Cell], date | None]] = {
        first: lambda cell, first=first: day_as(cell, first) for first in DAY_ORDERS
    }
    days = {first: [read(cell) for cell in cells] for first, read in reads.items()}
    pairs = list(zip(*days.values(), strict=True))
    differ = [place for place, (one, other) in enumerate(pairs) if one != other]
    counts = {first: sum(day is not None for day in days[first]) for first in DAY_ORDERS}
    if not differ or counts["day"] != counts["month"]:
        return max(DAY_ORDERS, key=lambda first: counts[first])
    one, other = pairs[differ[0]]
    return Ambiguous(differ[0], (f"{one:%-d %B %Y}" if one else "none", f"{other:%-d %B %Y}" if other else "none"))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

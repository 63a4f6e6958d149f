"""The one guard that every file passes before anybody tries to understand it.

A file may come from anybody, or be no file at all. What is read is a regular file (nobody waits for a pipe or reads a
device without end) of at most so many bytes; text is UTF-8 without characters that steer a terminal, end a line unseen
or turn the direction of text; what is nested deep, or says one thing twice, is not taken. Numbers are digits. Whatever
is wrong is BadInput with the file, and the line where there is one.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from caremarket_sim.errors import BadInput, Problem, nearest

if TYPE_CHECKING:
    from pydantic import BaseModel

    Model = TypeVar("Model", bound=BaseModel)

MOST_BYTES = 1_048_576
"""Of a file that a person writes; readers of larger ones say so."""
MOST_DEPTH = 20
STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that steer a terminal, end a line where an editor shows none, or turn the direction of text."""
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_OPEN = {"[": 1, "{": 1, "]": -1, "}": -1}
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')


def content_of(path: Path, shown: str | Path, most: int = MOST_BYTES, *, through_links: bool = True) -> bytes:
    """The bytes of a regular file. Raises BadInput for anything else, at once, and for more than `most` bytes."""
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))
    try:
        _require_regular(path.stat().st_mode, shown)
        with open(os.open(path, flags | (0 if through_links else getattr(os, "O_NOFOLLOW", 0))), "rb") as file:
            about = os.fstat(file.fileno())
            _require_regular(about.st_mode, shown)  # it may have been exchanged since
            content = file.read(about.st_size + 1) if about.st_size <= most else b""
    except FileNotFoundError:
        raise BadInput(Problem("there is no such file", shown, right=nearest_file(path))) from None
    except (OSError, ValueError) as error:
        raise BadInput(Problem(f"cannot be read: {getattr(error, 'strerror', None) or error}", shown)) from None
    if max(len(content), about.st_size) > most:
        size = max(len(content), about.st_size) / 1e6
        raise BadInput(Problem(f"is {size:.1f} MB", shown, 1, f"files of at most {most / 1e6:.0f} MB are read"))
    return content


def text_of(path: Path, shown: str | Path, most: int = MOST_BYTES, *, otherwise: str | None = None) -> str:
    """The text of a file in UTF-8. With `otherwise`, the encoding of what is not, odd characters become spaces."""
    return as_text(content_of(path, shown, most), shown, otherwise=otherwise)


def as_text(content: bytes, shown: str | Path, *, otherwise: str | None = None) -> str:
    """Bytes as text without characters that steer. Raises BadInput with the line of the first byte that is none."""
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(Problem("is binary, not text", shown, 1, "give a text file in UTF-8"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if otherwise is None:
            line = content.count(b"\n", 0, error.start) + 1
            raise BadInput(Problem("is not text in UTF-8", shown, line, "save it as UTF-8")) from None
        text = content.decode(otherwise, errors="replace")
    if otherwise is not None:
        return STEERING.sub(" ", text)
    if found := STEERING.search(text):
        what = f"holds the character U+{ord(found[0]):04X}, which does not print"
        raise BadInput(Problem(what, shown, line_at(text, found.start()), "remove it"))
    return text


def held_text(content: bytes, shown: str | Path, *, odd_as_spaces: bool = False) -> str:
    """The text of a file as programs of an office save it: UTF-8, UTF-16 with its mark, or Windows' Western encoding.

    Raises BadInput for what is none of them, and for characters that steer unless they are to become spaces.
    """
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if wide or b"\0" in content:
        try:
            text = content.decode("utf-16" if wide else "ascii")
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            raise BadInput(Problem("is binary, not text", shown, 1, "give a text file in UTF-8")) from None
        content = text.encode("utf-8")
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            content = content.decode("cp1252").encode("utf-8")
        except UnicodeDecodeError as error:
            if not odd_as_spaces:
                line = content.count(b"\n", 0, error.start) + 1
                what = "is text neither in UTF-8 nor in Windows' encoding"
                raise BadInput(Problem(what, shown, line, "save it as UTF-8")) from None
    return as_text(content, shown, otherwise="cp1252" if odd_as_spaces else None)


def line_at(text: str, place: int) -> int:
    """The number of the line that holds a place of a text."""
    return text.count("\n", 0, place) + 1


def rows_of(text: str, shown: str | Path, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The rows of CSV text, each with the number of its last line. Raises BadInput where it is no CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise BadInput(Problem(f"is no CSV file: {error}", shown, reader.line_num)) from None


def number_of(cell: str) -> float | None:
    """The finite number that a cell or option says in plain digits; None where it says none."""
    number = float(cell) if _NUMBER.fullmatch(cell.strip(" ")) else math.nan
    return number if math.isfinite(number) else None


def json_of(path: Path, shown: str | Path, model: type[Model], thing: str, most: int = MOST_BYTES) -> Model:
    """A JSON file as the model has it. Raises BadInput with the lines of what is not so; `thing` is what it should be.

    Nothing but JSON is taken: no key twice, no NaN, and nothing nested more than twenty deep.
    """
    from pydantic import ValidationError

    text = text_of(path, shown, most)
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += _OPEN.get(token[0], 0)
        if depth > MOST_DEPTH:
            line = line_at(text, token.start())
            raise BadInput(Problem(f"is nested more than {MOST_DEPTH} deep", shown, line, f"name {thing}"))
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        what = f"is no JSON: {error.msg}"
        raise BadInput(Problem(what, shown, line_at(text, error.pos), f"name {thing}")) from None
    except ValueError as error:
        raise BadInput(Problem(f"is no JSON that can be used: {error}", shown, 1, f"name {thing}")) from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise BadInput(
            Problem(f"{_path_of(wrong['loc'])}: {wrong['msg']}", shown, _line_of(text, wrong["loc"]), f"name {thing}")
            for wrong in error.errors(include_url=False, include_input=False, include_context=False)
        ) from None


def toml_of(path: Path) -> dict[str, Any]:
    """A TOML file. Raises BadInput with the line where it is none."""
    text = text_of(path, path)
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        raise BadInput(Problem(f"is no TOML: {error}", path, int(found[1]) if found else 1)) from None


def nearest_file(path: Path) -> str | None:
    """The file of the same folder whose name is most like the missing one's."""
    try:
        names = sorted(entry for entry in os.listdir(path.parent) if not entry.startswith("."))
    except (OSError, ValueError):
        return None
    near = nearest(path.name, [name for name in names if name.endswith((".yaml", ".yml", ".csv", ".json"))])
    return f"did you mean {near}?" if near else None


def _require_regular(mode: int, shown: str | Path) -> None:
    if not stat.S_ISREG(mode):
        kind = "is a folder" if stat.S_ISDIR(mode) else "is no regular file"
        raise BadInput(Problem(kind, shown, right="name a file"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r:.100} is given twice")
    return found


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number that can be used")


def _path_of(place: Sequence[str | int]) -> str:
    """Where in a JSON text a value stands, as `recipe.bands[2].low`."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part:.100}" for part in place)
    return words.removeprefix(".") or "the whole"


def _line_of(text: str, place: Sequence[str | int]) -> int:
    """The line of a value of a JSON text that has been read before; of what holds it where it is missing."""
    at = _past_space(text, 0)
    for part in place:
        inside = _inside(text, at, json.JSONDecoder().raw_decode)
        found = next((start for name, start in inside if name == part), None)
        at = at if found is None else found  # what is missing, or the kind of a thing, has no place of its own
    return line_at(text, at)


def _inside(text: str, at: int, decode: Callable[[str, int], tuple[Any, int]]) -> Iterator[tuple[str | int, int]]:
    """Names, or numbers, and places of the values in an object or list that begins here."""
    if text[at] not in "{[":
        return
    of_object, count, at = text[at] == "{", 0, _past_space(text, at + 1)
    while text[at] not in "}]":
        name: str | int = count
        if of_object:
            name, at = decode(text, at)
            at = _past_space(text, _past_space(text, at) + 1)
        yield name, at
        _, at = decode(text, at)
        at = _past_space(text, at)
        if text[at] == ",":
            at, count = _past_space(text, at + 1), count + 1


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at

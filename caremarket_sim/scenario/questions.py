"""Common questions: each a shipped scenario, and the partner with which it is compared; for Wigan or a council."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.policy import LEVERS, PRESETS, of_preset
from caremarket_sim.scenario.places import Place, read_place
from caremarket_sim.scenario.sizing import resized, sized_text
from caremarket_sim.scenario.workspace import BUILTIN, shipped_scenarios

FOLDER = "questions"
OF_THE_PLACE = ("baseline.yaml", "place.yaml", "zones.csv")
"""Files that every council's folder has of its own."""
_REFERS = re.compile(r"^(?:extends|place): +(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """A question that is often asked; `partner` is the shipped scenario that is the same but for what is asked about.

    `options` are what `caremarket compare` takes besides, `price` the £ an hour that its fee level stands for, if any.
    """

    name: str
    asks: str
    partner: str
    options: str = ""
    price: float | None = None

    @property
    def file(self) -> str:
        """The question's file in a folder of scenarios."""
        return f"{self.name}.yaml"

    @property
    def partner_file(self) -> str:
        """Its partner's file in a council's folder, laid out as Wigan's."""
        return f"{self.partner.removeprefix('wigan/')}.yaml"

    def command(self, folder: str | None = None) -> str:
        """What answers it: in a council's folder, or, without one, on Wigan as shipped."""
        if folder is None:
            pair = f"{BUILTIN}{self.partner} {BUILTIN}{FOLDER}/{self.name}"
        else:
            pair = " ".join(shlex.quote(f"{folder}/{file}") for file in (self.partner_file, self.file))
        return " ".join(filter(None, (f"caremarket compare {pair}", self.options)))


@cache
def questions() -> Mapping[str, Question]:
    """Every common question by its name, in the order of the register."""
    entries = tomllib.loads((files("caremarket_sim") / "data" / "questions.toml").read_text(encoding="utf-8"))
    return {name: Question(name, **entry) for name, entry in entries.items()}


def asked(names: Iterable[str]) -> tuple[Question, ...]:
    """The questions of these names, each once. Raises BadInput with every name that is none."""
    known, names = questions(), list(dict.fromkeys(names))
    if problems := [
        Problem(f"no common question is called {name!r}", right=suggestion(name, known))
        for name in names
        if name not in known
    ]:
        raise BadInput(problems)
    return tuple(known[name] for name in names)


def question_files(
    asks: Iterable[Question], council: str, fee: float | None = None, clients: float | None = None
) -> dict[str, str]:
    """The text of each file that these questions take in a council's folder beside those of the place, by its path.

    Where it pays another fee or has another number of clients than Wigan, a price and amounts are its own. Raises
    BadInput where a price is out of the lever's bounds.
    """
    wigan = read_place(shipped_scenarios() / "wigan" / "place.yaml")
    found: dict[str, str] = {}
    for question in asks:
        own = shipped_scenarios() / FOLDER / question.file
        for file in _with_what_it_refers_to(own, shipped_scenarios() / f"{question.partner}.yaml"):
            text = file.read_text(encoding="utf-8").replace("../wigan/", "")
            text = re.sub(r"^name: Wigan\b(.*)$", lambda end: _named(council, end[1]), text, flags=re.MULTILINE)
            if file == own and question.price is not None and fee is not None and fee != wigan.council_fee:
                text = _priced(text, question, fee, wigan)
            if clients is not None and clients != wigan.council_clients:
                text = _for_so_many(text, clients, wigan)
            found[_place_of(file)] = text
    return found


def _with_what_it_refers_to(*begin: Path) -> list[Path]:
    """These shipped files and those that they extend or stand on, but for the place's own, each once."""
    own = [shipped_scenarios() / "wigan" / name for name in OF_THE_PLACE]
    left, found = list(begin), []
    while left:
        file = left.pop(0)
        if file in own or file in found:
            continue
        found.append(file)
        left += [(file.parent / other).resolve() for other in _REFERS.findall(file.read_text(encoding="utf-8"))]
    return found


def _place_of(file: Path) -> str:
    """Where a shipped file goes in a council's folder: Wigan's as they lie there, a question beside the baseline."""
    wigan = shipped_scenarios() / "wigan"
    return file.relative_to(wigan).as_posix() if file.is_relative_to(wigan) else file.name


def _named(council: str, end: str) -> str:
    return f"name: {json.dumps(council + end, ensure_ascii=False)}"


def _priced(text: str, question: Question, fee: float, wigan: Place) -> str:
    """A question's text with the fee level that its price is over a council's own fee."""
    assert question.price is not None
    level = round(question.price / fee, 3)
    low, high = LEVERS["fee.level"].bounds or (level, level)
    if not low <= level <= high:
        what = f"{question.name}: £{question.price:.2f} is {level:g} times the fee of £{fee:.2f}"
        raise BadInput(Problem(what, right=f"a fee level is {low:g} to {high:g}"))
    text = text.replace(f"£{wigan.council_fee:.2f}", f"£{fee:.2f}")
    return re.sub(r"(?<=fee\.level: )[0-9.]+", f"{level:g}", text)


def _for_so_many(text: str, clients: float, wigan: Place) -> str:
    """A file's text with the amounts that it writes, and those of a preset with which it ends, for so many clients."""
    text = resized(text, clients / wigan.council_clients)
    preset = re.search(r"^    use: (\S+)\n\Z", text, re.MULTILINE)
    if preset and preset[1] in PRESETS:
        text += sized_text("set", of_preset(preset[1]), clients, wigan, "    ")
    return text

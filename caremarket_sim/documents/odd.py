"""The model described by the ODD protocol (Grimm et al. 2020), from the week, the tables, the registers and docstrings.

`faults` holds a text against the code: it finds every process, column, parameter, lever or indicator that the text
lacks or that the code does not have.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable
from itertools import groupby
from types import ModuleType

from caremarket_sim import __version__, opening, settling, week
from caremarket_sim.documents import code, filled, first_sentence, prose, sources_of, table
from caremarket_sim.documents.reference import calendar_as_table, indicator_tables, levers_table
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.market.commissioners import Commissioners
from caremarket_sim.market.followed import Followed
from caremarket_sim.market.people import Clients
from caremarket_sim.market.providers import Providers
from caremarket_sim.market.table import Table
from caremarket_sim.market.workers import CareWorkers
from caremarket_sim.parameters import DATA, Parameter, register, sources
from caremarket_sim.policy import LEVERS
from caremarket_sim.policy.values import shown
from caremarket_sim.scenario.places import figure_kinds

TABLES: dict[str, type[Table]] = {
    "People who draw on care": Clients,
    "People followed elsewhere": Followed,
    "Care workers": CareWorkers,
    "Providers": Providers,
    "Commissioner": Commissioners,
}
WEEK, LEVER_HEADING, INDICATOR_HEADING = "Processes of a week", "Levers", "Indicators: "
PARAMETER_HEADING = "Parameters: "

MAKING = (
    "make_zones",
    "make_localities",
    "price_path",
    "make_market",
    "add_commissioner",
    "add_clients",
    "add_providers",
    "served_everywhere",
    "add_workers",
    "place_everybody",
    "add_followed",
    "back_out_overheads",
)
"""Functions that make a market from its place."""
SETTLING = ("settle", "solve_intercepts", "begin", "fork")
"""Functions that let it settle and fork it into scenarios."""

_EQUATION = re.compile(r"\s*\(E\d+(?:, E\d+)*\)|\bE\d+[,:] ")
"""Numbers of equations that docstrings give for who writes the code; the forms themselves are in docs/model.md."""


def odd_page() -> str:
    """The ODD document as Markdown."""
    return filled(
        "odd",
        version=__version__,
        patterns=table(
            ("pattern", "what is found", "evidence"),
            [(one.id, one.title, one.publisher) for one in sources().values() if re.fullmatch(r"S\d+", one.id)],
        ),
        tables={heading: _columns(kind) for heading, kind in TABLES.items()},
        week=_week(),
        processes=len(week.PROCESSES),
        figures=table(
            ("figure", "unit", "meaning"),
            [(code(kind.key), kind.unit, kind.meaning) for kind in figure_kinds().values()],
        ),
        making=_functions(opening, MAKING),
        settling=_functions(settling, SETTLING),
        calendar=calendar_as_table(),
        submodels=_submodels(),
        other_parameters=_parameters(_subjects_of(None)),
        levers=levers_table(),
        indicators={INDICATOR_HEADING + family: rows for family, rows in indicator_tables().items()},
    )


def faults(text: str) -> list[str]:
    """What the text lacks or has too much, against the code; empty for a document that is true of it."""
    found = []
    listed = _names_by_heading(text)
    for heading, names in expected().items():
        if heading not in listed:
            found.append(f"there is no section {heading!r}")
            continue
        there = listed[heading]
        found += [f"{heading}: {name} is missing" for name in names if name not in there]
        found += [f"{heading}: there is no {name} in the code" for name in there if name not in names]
        if not found and there != names:
            found.append(f"{heading}: the order is not that of the code")
    return found


def expected() -> dict[str, list[str]]:
    """The names that must stand in the first column of the table under each heading, in order."""
    sections = {heading: list(kind.columns()) for heading, kind in TABLES.items()}
    sections[WEEK] = [process.__name__ for process in week.PROCESSES]
    for subject, entries in _by_subject().items():
        sections[PARAMETER_HEADING + subject] = [parameter.name for parameter in entries]
    sections[LEVER_HEADING] = list(LEVERS)
    for family in dict.fromkeys(indicator.family for indicator in INDICATORS.values()):
        sections[INDICATOR_HEADING + family] = [one.id for one in INDICATORS.values() if one.family == family]
    return sections


def _names_by_heading(text: str) -> dict[str, list[str]]:
    """The name in code in the first column of each table row, under the heading it stands below."""
    listed: dict[str, list[str]] = {}
    heading = ""
    for line in text.splitlines():
        if title := re.match(r"#+ (?:[\d.]+ )?(.+)", line):
            heading = title[1]
            listed[heading] = []
        elif row := re.match(r"\| \**`([^`]+)`\** \|", line):
            listed.setdefault(heading, []).append(row[1])
    return listed


def _columns(kind: type[Table]) -> str:
    rows = []
    for name, column in kind.columns().items():
        many = f" ({column.length} values)" if column.length else ""
        rows.append((code(name), column.meaning + many, column.unit or "–"))
    return table(("variable", "meaning", "unit"), rows)


def _week() -> str:
    """The processes in order, each with what it does in a sentence or two and where it is."""
    rows = [
        (code(process.__name__), _rule(first_sentence(process.__doc__)), _home(process)) for process in week.PROCESSES
    ]
    return table(("process", "rule", "submodel"), rows)


def _home(process: Callable) -> str:
    """Where a process is described."""
    module = sys.modules[process.__module__]
    return "the week itself" if module is week else _title(module)


def _in_a_line(docstring: str | None) -> str:
    return " ".join(prose(docstring).split())


def _rule(docstring: str) -> str:
    return _EQUATION.sub("", docstring)


def _title(module: ModuleType) -> str:
    """A submodel's title as its docstring says: its number in ODD's seventh element, and its subject."""
    found = re.match(r"ODD (7\.\d+)[, ]*([^:(]*)", first_sentence(module.__doc__))
    if found is None:
        return module.__name__.rpartition(".")[2].capitalize()
    return f"{found[1]} {found[2][:1].upper()}{found[2][1:]}".rstrip(" .")


def _summary(module: ModuleType) -> str:
    """What a submodel's docstring says beyond its title."""
    first, _, rest = prose(module.__doc__).partition("\n\n")
    more = first.partition(": ")[2]
    return _rule("\n\n".join(part for part in (more[:1].upper() + more[1:], rest) if part))


def _number(module: ModuleType) -> tuple[int, ...]:
    found = re.match(r"ODD ([\d.]*\d)", module.__doc__ or "")
    return tuple(int(part) for part in found[1].split(".")) if found else (99,)


def _submodels() -> list[dict[str, str]]:
    """Every submodel in ODD's order: title, rules, the steps its processes take, and its parameters."""
    modules = list(dict.fromkeys(sys.modules[process.__module__] for process in week.PROCESSES))
    modules = sorted((module for module in modules if module is not week), key=_number)
    made = []
    for number, group in groupby(modules, key=_number):
        together = list(group)
        for module in together:
            processes = [process for process in week.PROCESSES if process.__module__ == module.__name__]
            steps = _own_steps(module, processes)
            made.append(
                {
                    "title": _title(module),
                    "summary": _summary(module),
                    "rules": "\n\n".join(f"**{code(one.__name__)}**: {_rule(prose(one.__doc__))}" for one in processes),
                    "steps": "\n".join(f"- {code(name)}: {_rule(said)}" for name, said in steps),
                    "parameters": _parameters(_subjects_of(number)) if module is together[-1] else "",
                }
            )
    return made


def _own_steps(module: ModuleType, processes: Iterable[Callable]) -> list[tuple[str, str]]:
    """What a submodel's processes are made of, in the order of its file."""
    own = {process.__name__ for process in processes}
    found = []
    for name, one in vars(module).items():
        here = getattr(one, "__module__", None) == module.__name__ and callable(one) and not inspect.isclass(one)
        if here and name not in own and not name.startswith("_") and one.__doc__:
            found.append((name, _in_a_line(one.__doc__)))
    return found


def _by_subject() -> dict[str, list[Parameter]]:
    subjects: dict[str, list[Parameter]] = {}
    for parameter in register().values():
        subjects.setdefault(parameter.subject, []).append(parameter)
    return subjects


def _subjects_of(number: tuple[int, ...] | None) -> list[str]:
    """The subjects of the register that belong to a submodel, as their headings in the register say; None: to none."""
    text = (DATA / "parameters.toml").read_text(encoding="utf-8")
    said = {name: re.findall(r"7\.\d+", comment) for name, comment in re.findall(r"^\[(\w+)\]\s*#?(.*)$", text, re.M)}
    wanted = ".".join(map(str, number)) if number else None
    return [name for name in _by_subject() if (said.get(name) or [None])[0] == wanted]


def _parameters(subjects: Iterable[str]) -> dict[str, str]:
    """A table of parameters for each subject, by heading."""
    tables = {}
    for subject in subjects:
        rows = [
            (
                code(one.name),
                one.meaning,
                shown(one.value),
                f"{shown(one.low)} to {shown(one.high)}",
                one.unit,
                one.grade,
                sources_of(one),
            )
            for one in _by_subject()[subject]
        ]
        header = ("parameter", "meaning", "value", "range", "unit", "grade", "source")
        tables[PARAMETER_HEADING + subject] = table(header, rows)
    return tables


def _functions(module: ModuleType, names: Iterable[str]) -> str:
    """Steps as a numbered list: what each function's docstring says."""
    return "\n".join(
        f"{place}. {code(name)}: {_rule(_in_a_line(getattr(module, name).__doc__))}"
        for place, name in enumerate(names, start=1)
    )

"""CareMarket: Mesa's face on the week."""

import operator
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from .agents import KINDS, CareWorker, Client, Commissioner, Provider, View
from .errors import BadInput, Problem, nearest, suggestion
from .indicators import INDICATORS, WEEKLY, Outcome, evaluate, outcome_of
from .parameters import Numbers, register
from .policy import LEVERS, Levers
from .scenario import Scenario, load
from .settling import fork, settled_market
from .week import PROCESSES, one_week

__all__ = ["PROCESSES", "CareMarket", "CareWorker", "Client", "Commissioner", "Provider"]

LARGEST_SEED = 2**64 - 1


class CareMarket(mesa.Model):
    """The care market of one scenario as a Mesa model; a step is a week.

    `scenario` is a Scenario, the path of a file or the name of a shipped one; `rng` is a whole number, from which all
    chance follows: the same number gives exactly what `caremarket run` and `simulate` give for that seed. What-ifs are
    keywords, with two underscores for the point: `CareMarket(rng=1, employment__zero_hours_cap=0.1)` sets a lever from
    week 0, `hospital__admission_rate=0.5` a parameter; or mappings of their names, `levers` and `parameters`. `weeks`
    and `prices` change the scenario's. `processes` is the week: a process of your own is a function
    `(market, parameters, policy, draws)` put among `PROCESSES`; it acts from week 0 on, not while the market settles.
    `cache` is a folder in which settled markets are kept. Raises BadInput for anything that cannot be.

    The state is in `market`, whose tables are columns: `model.market.workers.pay`. Mesa's agents are views of their
    rows. Indicators of the last week are attributes: `model.turnover`; before the first step, of the last week of
    settling. `datacollector` collects those in `reporters` at the start and after each week; put a DataCollector of
    your own in its place, and call its `collect(model)` once if it shall hold the start.

    Mesa's `batch_run` reports week `max_steps` on every version if the scenario is longer than that. Mesa 3.3 takes
    seeds as `parameters={"rng": [1, 2]}`, Mesa 3.5 as `batch_run(..., rng=[1, 2])`; do not use `iterations`.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "builtin:wigan/baseline",
        rng: int | None = None,
        *,
        levers: Mapping[str, object] | None = None,
        parameters: Mapping[str, object] | None = None,
        weeks: int | None = None,
        prices: str | None = None,
        processes: Sequence = PROCESSES,
        cache: str | Path | None = None,
        reporters: Sequence[str] = WEEKLY,
        **kwargs: object,  # SolaraViz knows keywords by this name only
    ) -> None:
        self.seed = _accepted_seed(rng)
        self.care_scenario = _what_if(scenario, levers, parameters, weeks, prices, kwargs)
        settled = settled_market(self.care_scenario, self.seed, None if cache is None else Path(cache))
        self.market = fork(settled, self.care_scenario)
        self.processes = tuple(processes)
        self._record = settled.series[-1:].copy()
        self._measured: dict[str, float] = {}
        self._reporters = tuple(name for name in reporters if name in INDICATORS)
        self._decided: tuple[Levers, Numbers] | None = None
        self._views: dict[type[View], dict[int, View]] = {kind: {} for kind in KINDS}
        self._seen: dict[type[View], tuple[np.ndarray, np.ndarray]] = {}
        super().__init__(rng=self.seed)
        for kind in KINDS:
            self._agents_by_type[kind] = type(self._all_agents)([], random=self.random)
        self.datacollector = mesa.DataCollector(model_reporters={name: name for name in reporters})
        self.datacollector.collect(self)

    def step(self) -> None:
        """Simulate one week. Raises RuntimeError when the scenario has ended."""
        scenario = self.care_scenario
        if self.week >= scenario.weeks:
            raise RuntimeError(f"{scenario.name} ends after {scenario.weeks} weeks; give CareMarket more with weeks=")
        levers = self.levers
        if self._decided is None or self._decided[0] is not levers:
            self._decided = (levers, Numbers(levers.row))
        one_week(self.market, scenario.parameters.numbers, self._decided[1], self.seed, self.processes)
        self._record = self.market.series[self.week - 1 : self.week, 0]
        self._measured = {}
        self.running = self.week < scenario.weeks
        if self._seen:  # sets that somebody holds stay true
            self._bring_up_to_date()
        self.datacollector.collect(self)

    @property
    def week(self) -> int:
        """Weeks simulated."""
        return self.market.week

    @property
    def date(self) -> date:
        """The Monday of the week to come."""
        return self.care_scenario.start + timedelta(weeks=self.week)

    @property
    def levers(self) -> Levers:
        """What the council decides in the week to come. What is in force follows with the contract."""
        return self.care_scenario.levers_at(self.week)

    @property
    def indicators(self) -> dict[str, float]:
        """Every indicator of the last week."""
        return self._measure(tuple(INDICATORS))

    def _measure(self, names: tuple[str, ...]) -> dict[str, float]:
        return dict(zip(names, evaluate(self._record, names)[0].tolist(), strict=True))

    @property
    def outcome(self) -> Outcome:
        """What the scenario came to, as `simulate` gives it. Raises RuntimeError before its end."""
        if self.week < self.care_scenario.weeks:
            raise RuntimeError(f"{self.care_scenario.name} has run {self.week} of {self.care_scenario.weeks} weeks")
        return outcome_of(self.market)

    # Mesa's agents: views, made when somebody looks

    @property
    def agents(self):
        """Everybody in the market: clients until they leave care, care workers until they are gone for good, providers
        while they trade, and the council."""
        self._bring_up_to_date()
        return super().agents

    @property
    def agents_by_type(self):
        """The same by type: Client, CareWorker, Provider, Commissioner."""
        self._bring_up_to_date()
        return super().agents_by_type

    def agent_in_row(self, kind: type[View], row: int) -> Any:
        """The agent in a row of its table; None for -1, or where whoever is there has left the market."""
        if row < 0:
            return None
        self._bring_up_to_date()
        return self._views[kind].get(int(getattr(self.market, kind.IN_MARKET).number[row]))

    def agents_in_rows(self, kind: type[View], wanted: np.ndarray) -> list[Any]:
        """The agents in the wanted rows (bool mask) of their table who are in the market, in order."""
        self._bring_up_to_date()
        table = getattr(self.market, kind.IN_MARKET)
        return [self._views[kind][number] for number in table.number[wanted & kind.here(table)].tolist()]

    def agent(self, kind: type[View], number: int) -> Any:
        """The agent with a permanent number. Raises KeyError if nobody in the market has it."""
        self._bring_up_to_date()
        return self._views[kind][number]

    def zone_name(self, row: int) -> str:
        """The name of a zone."""
        return str(self.market.zones["name"][row])

    def forget(self, agent: View) -> None:
        """Take an agent out of Mesa's sets."""
        if self._views[type(agent)].pop(agent._number, None) is not None:
            mesa.Agent.remove(agent)

    def remove_all_agents(self) -> None:
        """Refused: without providers and a council there is no market."""
        raise TypeError("a care market cannot do without its agents; make another CareMarket instead")

    def _bring_up_to_date(self) -> None:
        """Register views of rows that came, remove those of rows that went, and tell all where their rows are."""
        for kind in KINDS:
            table = getattr(self.market, kind.IN_MARKET)
            rows = np.flatnonzero(kind.here(table))
            numbers = table.number[rows]
            seen = self._seen.get(kind)
            if seen is not None and np.array_equal(seen[0], numbers) and np.array_equal(seen[1], rows):
                continue
            self._seen[kind] = (numbers, rows)
            views = self._views[kind]
            row_of = dict(zip(numbers.tolist(), rows.tolist(), strict=True))
            for view in [view for number, view in views.items() if number not in row_of]:
                self.forget(view)
            for number, row in row_of.items():
                if number in views:
                    views[number].__dict__["_row"] = row
                else:
                    views[number] = kind(self, number, row)

    # Names

    @property
    def scenario(self) -> Any:
        """Mesa 3.5 keeps scenarios of its own under this name, and SolaraViz would put one in the place of ours."""
        raise AttributeError  # __getattr__ then says why

    @scenario.setter
    def scenario(self, mesa_scenario: object) -> None:
        """Mesa's own is not used."""

    def __getattr__(self, name: str) -> Any:
        if name in INDICATORS and "_record" in self.__dict__:
            if name not in self._measured:
                together = self._reporters if name in self._reporters else (name,)
                self._measured.update(self._measure(together))
            return self._measured[name]
        if name == "scenario":
            raise AttributeError("Mesa keeps the name scenario for its own; the scenario simulated is care_scenario")
        near = None if name.startswith("_") else nearest(name, [*INDICATORS, *dir(type(self))])
        raise AttributeError(f"CareMarket has no {name}" + (f"; did you mean {near}?" if near else ""))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *INDICATORS]


def _accepted_seed(rng: object) -> int:
    try:
        seed = operator.index(rng)  # type: ignore[arg-type]
    except TypeError:
        seed = -1
    if not 0 <= seed <= LARGEST_SEED:
        right = "give a whole number, 0 or more, as CareMarket(rng=1); all chance follows from it"
        raise BadInput(Problem(f"rng is {rng!r}", right=right + " (batch_run: see help(CareMarket))"))
    return seed


def _what_if(scenario, levers, parameters, weeks, prices, named: Mapping[str, object]) -> Scenario:
    """The scenario with everything that the keywords change."""
    if isinstance(scenario, str | Path):
        scenario = load(scenario)
    if not isinstance(scenario, Scenario):
        right = "give a Scenario, the path of its file, or builtin:wigan/baseline"
        raise BadInput(Problem(f"scenario is {scenario!r}", right=right))
    levers, parameters = dict(levers or {}), dict(parameters or {})
    problems = []
    for keyword, value in named.items():
        name = keyword.replace("__", ".")
        if name in LEVERS:
            levers[name] = value
        elif name in register():
            parameters[name] = value
        else:
            right = suggestion(name, [*LEVERS, *register()], "`caremarket docs levers` and `parameters` list them")
            problems.append(Problem(f"there is no lever or parameter {name}", right=right))
    if problems:
        raise BadInput(problems)
    if weeks is not None:
        scenario = scenario.with_weeks(weeks)
    if prices is not None:
        scenario = scenario.with_prices(prices)
    if parameters:
        scenario = scenario.with_parameters(parameters)
    return scenario.with_levers(levers) if levers else scenario

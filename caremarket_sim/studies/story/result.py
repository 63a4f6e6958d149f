"""Two lives through each scenario: who they are, and the log of what happened to them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from caremarket_sim.markup import display
from caremarket_sim.scenario import Scenario
from caremarket_sim.studies.story.following import CHANGE, CLIENT, WORKER


@dataclass(frozen=True)
class Person:
    """Whose story it is: permanent number, by which rule, and what is the same in every scenario."""

    who: str
    number: int
    rule: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Story:
    """Two lives through each scenario. `frame()` is the log of events; `plot("client")` or `plot("worker")` a timeline;
    `summary()` sentences; `page()` the whole as one HTML file.
    """

    scenarios: tuple[Scenario, ...]
    client: Person
    worker: Person
    seed: int
    future: int
    log: pd.DataFrame
    banner: str | None = None

    @property
    def people(self) -> tuple[Person, Person]:
        """The person who draws on care and the care worker."""
        return self.client, self.worker

    @property
    def names(self) -> tuple[str, ...]:
        """The scenarios' names, in the order they were given."""
        return tuple(scenario.name for scenario in self.scenarios)

    def frame(self) -> pd.DataFrame:
        """The log: a row an event, of kind `change` (something happened) or `week` (how the week was)."""
        return self.log.copy()

    def of(self, scenario: str, who: str, kind: str = CHANGE) -> pd.DataFrame:
        """The events of one life in one scenario, in order."""
        log = self.log
        return log[(log.scenario == scenario) & (log.who == who) & (log.kind == kind)]

    def weekly(self, scenario: str, who: str) -> pd.DataFrame:
        """How each week was: a row a week, a column a measure; nan where there was nothing to measure."""
        rows = self.of(scenario, who, "week")
        found = rows.pivot(index="week", columns="event", values="value")
        found = found.reindex(range(1, self.scenarios[0].weeks + 1))
        found.attrs.update(self.log.attrs)
        return found

    def summary(self) -> list[str]:
        """Each life in each scenario in a sentence or two."""
        return display(self).paragraphs(self)

    def plot(self, who: str = CLIENT):
        """A matplotlib timeline of the `client` or the `worker`, scenarios one above the other."""
        return display(self).timeline(self, WORKER if who == "worker" else who)

    def _repr_html_(self) -> str:
        return display(self).story_table_html(self)

    def page(self) -> str:
        """The story as one HTML file that needs no network."""
        return display(self).story_html(self)

"""A comparison that grows: few futures first, then more, each step as `caremarket compare` would have it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from caremarket_sim.app.views import views_of
from caremarket_sim.errors import CaremarketError
from caremarket_sim.report import write_brief, write_report
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.manifest import recorded
from caremarket_sim.results.store import Store
from caremarket_sim.runs.plan import layout
from caremarket_sim.runs.plausibility import probe_each
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import code_version
from caremarket_sim.studies.compare.files import files_of
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.studies.compare.study import (
    ASSUMPTION_REPLICATES,
    carry_out_comparison,
    held_plausible,
    plan_comparison,
)

STEPS = (2, 4, 8, 12, 16)
"""Futures after which what is known is shown, before the last."""
FUTURES = 20


class Stopped(CaremarketError):
    """Nobody waits for the work any more."""


@dataclass
class Growing:
    """A comparison under way in a thread of its own; whoever looks sees how far it is and what is known by now.

    `results` is the folder that `caremarket verify` takes once it is `finished`. `error` is what went wrong, in words.
    """

    scenarios: Sequence[Scenario]
    inputs: Sequence[Path]
    reference: str
    results: Path
    futures: int = FUTURES
    workers: int | None = None
    texts: tuple[str, ...] = ()
    """What is compared, as the visit has it when this begins."""
    doing: str = "beginning"
    known: Comparison | None = None
    views: Mapping[str, Markup] = field(default_factory=dict)
    """What is known by now, as the page shows it."""
    finished: bool = False
    error: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._work, name="comparison", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask for the end: no more is begun, and worker processes are ended when the next future is done."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the thread has ended."""
        if self._thread is not None:
            self._thread.join(seconds)

    @property
    def under_way(self) -> bool:
        """Whether the thread is still at it."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def status(self) -> str:
        """How far it is, in a sentence for people."""
        if self.error:
            return f"Not simulated: {self.error}"
        shown = len(self.known.seeds) if self.known else 0
        said = f"Simulated: {shown} of {self.futures} futures" if shown else "No future is simulated yet"
        if self.finished:
            return f"{said}. Done."
        if self._stop.is_set():
            return f"{said}. Stopped."
        return f"{said}; {self.doing}."

    def _work(self) -> None:
        try:
            self._grow()
        except Stopped:
            pass
        except CaremarketError as error:
            self.error = str(error)
        except Exception as error:  # noqa: BLE001 - the last place to say it to whoever waits
            self.error = f"a fault of ours, not yours: {type(error).__name__}: {error}"

    def _grow(self) -> None:
        how = {"workers": self.workers, "tell": self._hear}
        planned = 0
        with (
            Store.open(self.results, layout(), code_version(), resume=True) as store,
            recorded(store, planned=lambda: planned, inputs=self.inputs, command=["caremarket", "app"]),
        ):
            for count in [*(step for step in STEPS if step < self.futures), self.futures]:
                last = count == self.futures
                plan = plan_comparison(
                    self.scenarios,
                    reference=self.reference,
                    replicates=count,
                    assumption_replicates=ASSUMPTION_REPLICATES if last else 0,
                )
                if last:
                    plan = held_plausible(plan, probe_each(plan.scenarios, **how))
                planned = plan.runs
                found = carry_out_comparison(plan, store=store, **how)
                self.views, self.known = views_of(found), found
                if last:
                    self._hear("writing tables and figures", 0, 0)
                    Belongings(store.folder).write_all(files_of(found))
            self._hear("writing the report", 0, 0)
            write_report(store.folder)
            write_brief(store.folder)
            write_brief(store.folder, Path("docx"))
        self.finished = True

    def _hear(self, what: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Stopped
        self.doing = what

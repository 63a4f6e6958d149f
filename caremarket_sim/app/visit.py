"""One visit to the page: what it has chosen and put together so far. It knows nothing of any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from htmltools import HTML
from shiny import Inputs, Session, reactive, ui

from caremarket_sim.app import folders
from caremarket_sim.app.drafts import Draft, Reading, read_draft
from caremarket_sim.app.growing import Growing
from caremarket_sim.app.watching import Watched
from caremarket_sim.scenario import load
from caremarket_sim.scenario.timing import day_in_words, monday_of

BASELINE, BASELINE_NAME = "baseline.yaml", "baseline"
QUARTER = 13
LOOK = 0.4
"""Seconds between two looks at work under way, and between two weeks of a market that is played."""


class Visit:
    """One visit: its folder, the policies put together in it, and the comparison under way."""

    def __init__(self, inputs: Inputs, session: Session, workspace: Path, yours: Path | None, workers: int | None):
        self.input, self.session, self.yours, self.workers = inputs, session, yours, workers
        self.folder = folders.visit(workspace)
        self.target: reactive.Value[Path | None] = reactive.Value(None)
        self.drafts: reactive.Value[dict[str, Draft]] = reactive.Value({})
        self.growing: reactive.Value[Growing | None] = reactive.Value(None)
        self.told: reactive.Value[str] = reactive.Value("")
        self.watched: reactive.Value[Watched | None] = reactive.Value(None)
        self.story: reactive.Value[HTML | None] = reactive.Value(None)
        self.playing: reactive.Value[bool] = reactive.Value(False)
        self.before: list[dict[str, Draft]] = []
        self.looked = reactive.poll(self._how_far, LOOK)(self._looked)
        """The comparison under way, looked at again and again as it grows."""
        self.showing: reactive.Value[int] = reactive.Value(0)
        self.held: dict[str, Any] = {}

    def _looked(self) -> Growing | None:
        with reactive.isolate():
            return self.growing()

    def _how_far(self) -> tuple[Any, ...]:
        with reactive.isolate():
            growing = self.growing()
        return () if growing is None else (id(growing), growing.status, id(growing.known))

    def leave(self) -> None:
        """Nobody waits for the comparison under way any more."""
        with reactive.isolate():
            growing = self.growing()
        if growing is not None:
            growing.stop()

    def say(self, words: str) -> None:
        """Show a sentence instead of how far the work is."""
        self.told.set(words)

    def offer(self, target: Path, selected: str | None = None) -> None:
        """What a policy may start from, and the days from which levers may be moved."""
        known = folders.starts(target)
        names = {file: title for file, title in known.items() if Path(file).stem not in self.drafts()}
        ui.update_select("start", choices=names, selected=selected or ("collaborative.yaml" if "collaborative.yaml"
                                                                       in names else BASELINE))  # fmt: skip
        start = load(target / BASELINE)
        days = [monday_of(week, start.start) for week in range(0, start.weeks, QUARTER)]
        ui.update_select("day", choices={day.isoformat(): day_in_words(day) for day in days})

    def drafted(self, drafts: dict[str, Draft], shown: str | None = None) -> None:
        """Have these policies, of which one is shown; the place's folder has the files of these and of no other."""
        target = self.target()
        if target is not None:
            for name in self.drafts().keys() - drafts.keys():
                (target / f"{name}.yaml").unlink(missing_ok=True)
            for draft in drafts.values():
                draft.write(target)
        self.drafts.set(drafts)
        named = {name: draft.title for name, draft in drafts.items()}
        ui.update_select("editing", choices=named, selected=shown if shown in drafts else next(iter(drafts), None))
        against = self.input.reference() if self.input.reference() in drafts else BASELINE_NAME
        ui.update_select("reference", choices={BASELINE_NAME: "No new policy", **named}, selected=against)

    def show_anew(self) -> None:
        """Show levers and title as they are in the policy shown, in inputs of their own."""
        self.showing.set(self.showing() + 1)

    def change(self, drafts: dict[str, Draft], shown: str | None = None) -> None:
        """The same, so that it can be undone; nobody waits for what is simulated of the policies as they were."""
        self.leave()
        self.before.append(self.drafts())
        self.drafted(drafts, shown)

    @property
    def texts(self) -> tuple[str, ...]:
        """What policies are compared and with what: what is simulated of others is out of date."""
        return (self.input.reference() or BASELINE_NAME, *(draft.text for draft in self.drafts().values()))

    def shown(self) -> Draft | None:
        """The policy whose levers are shown."""
        return self.drafts().get(self.input.editing() or "")

    def read(self, draft: Draft) -> Reading:
        """What a policy comes to. Raises BadInput for what cannot be."""
        target = self.target()
        assert target is not None
        return read_draft(draft, target)

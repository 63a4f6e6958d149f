"""Whether results are still what they were (`verify`), and whether they come out again (`reproduce`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.durable import sha256_of
from caremarket_sim.results.ledger import NAME as LEDGER
from caremarket_sim.results.manifest import NAME, Manifest, environment, outputs
from caremarket_sim.results.records import ARRAYS, Failure, OutcomeLike, RunId, Success, hash_of
from caremarket_sim.results.soundness import content_of
from caremarket_sim.results.store import Store

NEAR = 1e-9
"""Relative difference below which numbers from another kind of machine count as reproduced."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found: a sentence a difference (none if all is as it was), and sentences worth knowing."""

    files: int
    differences: tuple[str, ...]
    notes: tuple[str, ...]


TOLD = ("report.html", "report-tables/", "brief.")
"""How files begin that tell results again and may be written again after them, as with another budget."""


def verify(folder: Path) -> Verified:
    """Hash every file again and hold it against the manifest. Raises BadInput where there is no manifest."""
    path = folder / NAME
    if not path.is_file():
        right = "name a results folder; one whose work was killed gets its manifest when it is resumed"
        raise BadInput(Problem("there is no manifest here", file=folder, right=right))
    content = content_of(folder, NAME)
    try:
        manifest = Manifest.model_validate_json(content)
    except (ValidationError, RecursionError):
        return Verified(0, (f"{NAME} is damaged: it is no longer a manifest",), ())
    differences = []
    if manifest.text().encode() != content or manifest.sha256 != manifest.own_sha256():
        differences.append(f"{NAME} has been changed since it was written")
    if manifest.status == "running":
        differences.append("the work was killed before it ended, so the manifest holds no hashes; --resume ends it")
        return Verified(0, tuple(differences), ())
    found = [path for path in sorted(folder.rglob("*")) if not path.is_dir() or path.is_symlink()]
    links = [path.relative_to(folder).as_posix() for path in found if path.is_symlink() or not path.is_file()]
    ours = Belongings(folder)
    differences += [f"{name} is a link or no regular file, and was not looked into" for name in links]
    here = [path.relative_to(folder).as_posix() for path in found]
    now = outputs(folder, (name for name in here if name not in links))
    for name, file in manifest.outputs.items():
        if name not in now:
            differences.append(f"{name} is missing")
        elif now[name] != file and not (name.startswith(TOLD) and ours.is_ours(name)):
            differences.append(f"{name} has been changed: {_change(file.bytes, now[name].bytes)}")
    further = [name for name in now if name not in manifest.outputs]
    again = [name for name, file in manifest.outputs.items() if name.startswith(TOLD) and now.get(name, file) != file]
    later = [name for name in [*further, *again] if ours.is_ours(name)]
    notes = [f"{name} is not part of the results" for name in further if name not in later]
    if later:
        some = later[0] if len(later) == 1 else f"{later[0]} and {len(later) - 1} more"
        notes.append(f"written since from the results, and as it was written: {some}")
    log = folder / f"{LEDGER}-wal"
    if log.is_file() and log.stat().st_size:
        differences.append(f"{log.name} holds changes that were made to the ledger after the manifest")
    if manifest.status != "finished":
        notes.append(f"the work was {manifest.status}: {manifest.runs.done} of {manifest.runs.planned} runs are there")
    notes += _inputs_now(manifest)
    return Verified(len(manifest.outputs), tuple(differences), tuple(notes))


def _change(before: int, now: int) -> str:
    return f"{before} bytes then, {now} now" if before != now else f"other content in the same {now} bytes"


def _inputs_now(manifest: Manifest) -> list[str]:
    gone = [name for name in manifest.inputs if not Path(name).is_file()]
    kept = "(the results hold what was in it)"
    notes = [
        f"the input {name} has changed since {kept}"
        for name, file in manifest.inputs.items()
        if name not in gone and sha256_of(Path(name)) != file.sha256
    ]
    if gone:
        some = f"the input {gone[0]} is" if len(gone) == 1 else f"the inputs {gone[0]} and {len(gone) - 1} more are"
        notes.append(f"{some} not to be found from here {kept}")
    return notes


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What `reproduce` found: how many runs came out identical to the byte, how many within NEAR, and which not.

    `differing` has a sentence a run; `notes` says what is not the same as it was when the results were made.
    """

    runs: int
    identical: int
    near: int
    differing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        if self.identical == self.runs:
            return f"All {self.runs} runs came out again, identical to the byte."
        if not self.differing:
            return f"All {self.runs} runs came out again within {NEAR:g}, {self.identical} of them to the byte."
        return f"{len(self.differing)} of {self.runs} runs did not come out again."


def reproduce(
    store: Store,
    make: Callable[..., Any],
    simulate: Callable[[Sequence[tuple[int, str, tuple[str, ...]]]], Sequence[Success | Failure]],
    code: str,
    replicates: int | None = None,
) -> Reproduced:
    """Simulate again what the store holds (of each scenario the first `replicates`; all when None) and compare.

    `simulate` is given tasks (seed, variant, names of scenarios) and gives one Success or Failure a task, its value an
    outcome a scenario. `code` is the version of the code now. `make` makes an outcome from arrays.
    """
    wanted = [run for run in store.runs() if replicates is None or run.replicate <= replicates]
    if not wanted:
        raise BadInput(Problem("there are no runs here to make again", file=store.folder))
    together: dict[tuple[str, int, int], list[RunId]] = defaultdict(list)
    for run in wanted:
        together[run.variant, run.replicate, run.seed].append(run)
    order = sorted(together)
    tasks = [(seed, variant, tuple(run.scenario for run in together[variant, replicate, seed]))
             for variant, replicate, seed in order]  # fmt: skip
    now: dict[RunId, Any] = {}
    differing: list[str] = []
    for where, result in zip(order, simulate(tasks), strict=True):
        if isinstance(result, Failure):
            differing += [f"{_named(run)}: failed now ({result.message})" for run in together[where]]
        else:
            now |= dict(zip(together[where], result.value, strict=True))
    hashes = store.hashes()
    other = [run for run in now if hash_of(now[run]) != hashes[run]]
    near = 0
    for run, before in store.outcomes(make, other).items():
        largest = largest_differences(before, now[run])
        if max(largest.values()) <= NEAR:
            near += 1
        else:
            worst = max(largest, key=lambda name: largest[name])
            differing.append(f"{_named(run)}: {worst} differs by up to {largest[worst]:.3g} of its size")
    notes = _not_the_same(store, code)
    return Reproduced(len(wanted), len(now) - len(other), near, tuple(differing), tuple(notes))


def largest_differences(one: OutcomeLike, other: OutcomeLike) -> Mapping[str, float]:
    """The largest relative difference in each array of two outcomes; inf where shapes or empty cells differ."""
    found = {}
    for name in ARRAYS:
        a, b = np.asarray(getattr(one, name)), np.asarray(getattr(other, name))
        if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
            found[name] = float("inf")
            continue
        size = np.maximum(np.abs(a), np.abs(b))
        with np.errstate(invalid="ignore"):  # inf - inf
            difference = np.where(a == b, 0.0, np.abs(a - b))
        relative = np.divide(difference, size, out=np.zeros_like(difference), where=size > 0)
        found[name] = float(np.nanmax(relative, initial=0.0))
    return found


def _named(run: RunId) -> str:
    return f"{run.scenario}{f' ({run.variant})' if run.variant else ''}, replicate {run.replicate}"


def _not_the_same(store: Store, code: str) -> list[str]:
    notes = []
    if store.provenance()["code"] != code:
        notes.append("the code that determines numbers is not that which made the results, so they may well differ")
    try:
        then = Manifest.model_validate_json(content_of(store.folder, NAME)).environment
    except (BadInput, ValidationError, RecursionError):
        return [*notes, "there is no sound manifest to say what machine made the results"]
    now = environment()
    packages = set(then.packages) ^ set(now.packages)
    if packages:
        some = ", ".join(sorted(packages)[:6]) + (" and more" if len(packages) > 6 else "")
        notes.append(f"other packages are installed than then: {some}")
    if (then.processor, then.processor_features) != (now.processor, now.processor_features):
        notes.append(f"the processor is another than then ({then.processor}, now {now.processor})")
    if (then.python, then.system) != (now.python, now.system):
        notes.append(f"then: Python {then.python} on {then.system}; now: Python {now.python} on {now.system}")
    return notes

"""`manifest.json`: what the results in a folder are, what they were made from and with, and the hash of every file."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from caremarket_sim import __version__
from caremarket_sim.errors import CannotWrite
from caremarket_sim.results.belongings import NAME as NOTES
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.durable import LOCK, sha256_of
from caremarket_sim.results.records import LEDGER, MANIFEST, cores
from caremarket_sim.results.store import Store

NAME = MANIFEST
FORMAT = 1

NOT_PROVED = (
    "that the model is right: a manifest says how numbers came about, not that they describe the world",
    "who made the results, or that nobody replaced files and manifest together: keep or sign a copy of the manifest's "
    "own sha256 elsewhere if that matters",
    "what other machines of a cluster had installed: the environment is that of the driver, and every worker only "
    "has the same code version",
    "that another kind of machine gives the same bits: other processors or versions of libraries may differ in the "
    "last digits (reproduce says whether within 1e-9)",
)

Sha256 = Field(pattern="^[0-9a-f]{64}$")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class File(_Part):
    """A file's content, by hash and size."""

    sha256: str = Sha256
    bytes: int = Field(ge=0)


class Code(_Part):
    """The package: its version, and the hash of the sources that determine numbers."""

    package: str
    version: str
    sha256: str = Field(description="Hash of the sources and data of the package that determine numbers.")


class ScenarioEntry(_Part):
    """A scenario that was run. `key`: hash of what determines its numbers; `resolved_sha256`: of its whole text."""

    name: str
    title: str
    path: str
    key: str
    resolved_sha256: str = Sha256


class Runs(_Part):
    """How many runs there are; a run is one scenario on one seed under one variant of the assumptions."""

    planned: int = Field(ge=0)
    done: int = Field(ge=0)
    failed: int = Field(ge=0)
    variants: list[str] = Field(description="Assumptions under which there are runs; empty for the scenarios' own.")
    seeds: list[int] = Field(description="The seed of each replicate, in order.")
    seconds: float = Field(ge=0, description="Time spent in workers, over all runs.")
    numbers_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Hash of all runs' numbers, in order.")


class Environment(_Part):
    """The driver's machine and what is installed on it."""

    python: str
    system: str
    machine: str
    processor: str
    processor_features: list[str]
    cores: int
    packages: list[str] = Field(description="name==version, sorted.")
    packages_sha256: str = Sha256


class Manifest(_Part):
    """What the results in a folder are. `sha256` is the hash of this text without that line's value."""

    format: Literal[1] = Field(1, description="The version of this kind of file.")
    status: Literal["running", "finished", "finished with failed runs", "interrupted", "stopped by an error"] = Field(
        description="How the work stands, or ended."
    )
    results_format: int = Field(description="The version of the results folder.")
    command: list[str] = Field(description="What was typed.")
    cluster: str | None = Field(description="The address of the cluster, if one was used.")
    began: str = Field(description="When work began, UTC.")
    ended: str | None = Field(description="When it ended, UTC.")
    wall_seconds: float | None = Field(description="Of the last session, if work was resumed.")
    code: Code = Field(description="The package: version, and hash of what determines numbers.")
    scenarios: list[ScenarioEntry] = Field(description="What was simulated, with hashes.")
    inputs: dict[str, File] = Field(description="Files that scenarios and places were read from, as they were.")
    runs: Runs = Field(description="How many runs are planned, done and failed; seeds; hash of all numbers.")
    environment: Environment = Field(description="The machine, and what was installed on it.")
    outputs: dict[str, File] = Field(description="Every file of the results but this one.")
    not_proved: list[str] = Field(description="What a manifest does not prove.")
    sha256: str = Field(pattern="^([0-9a-f]{64})?$", description="Hash of this text without that line's value.")

    def text(self) -> str:
        """The manifest as it is in its file."""
        return json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"

    def sealed(self) -> Manifest:
        """The same with its own hash."""
        return self.model_copy(update={"sha256": self.own_sha256()})

    def own_sha256(self) -> str:
        """Hash of the text with an empty hash in it."""
        return hashlib.sha256(self.model_copy(update={"sha256": ""}).text().encode()).hexdigest()


def schema_text() -> str:
    """The JSON Schema of manifests, as shipped in `data/manifest.schema.json`."""
    schema = Manifest.model_json_schema()
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"


@contextmanager
def recorded(
    store: Store,
    *,
    planned: int | Callable[[], int],
    inputs: Sequence[Path] = (),
    command: Sequence[str] | None = None,
    cluster: str | None = None,
) -> Iterator[None]:
    """Around all work on a store and all writing into its folder: leaves a manifest, however the work ends.

    `planned` is the number of runs asked for, a function where more may be asked for as work goes on; `inputs` are the
    files that scenarios and places were read from. On the way out the ledger is closed (the lock on the folder is not)
    and every file that was written into the folder is hashed.
    """
    began, start = _now(), time.perf_counter()
    command = list(sys.argv if command is None else command)
    found = {str(path): File(sha256=sha256_of(path), bytes=path.stat().st_size) for path in inputs if path.is_file()}

    def write(status: str, wall: float | None = None) -> None:
        manifest = Manifest(
            status=status,  # type: ignore[arg-type]
            command=[Path(command[0]).name, *command[1:]] if command else [],
            cluster=cluster,
            began=began,
            ended=None if wall is None else _now(),
            wall_seconds=wall,
            inputs=found,
            environment=environment(),
            not_proved=list(NOT_PROVED),
            sha256="",
            outputs={} if wall is None else outputs(store.folder, Belongings(store.folder).present()),
            **_facts(store.folder, planned() if callable(planned) else planned),
        )
        Belongings(store.folder).write(NAME, manifest.sealed().text().encode())

    write("running")
    try:
        yield
    except BaseException as error:
        try:
            store.ledger.close()
            write(
                "interrupted" if isinstance(error, KeyboardInterrupt) else "stopped by an error",
                time.perf_counter() - start,
            )
        except CannotWrite:
            pass  # the first error is the one to tell
        raise
    failed = bool(store.failures())
    store.ledger.close()
    write("finished with failed runs" if failed else "finished", time.perf_counter() - start)


def _facts(folder: Path, planned: int) -> dict:
    with Store.read(folder) as store:
        provenance = store.provenance()
        runs = store.hashes()
        ((seconds,),) = store.ledger.rows("SELECT coalesce(sum(seconds), 0) FROM runs")
        rows = store.ledger.rows("SELECT name, title, path, key, resolved FROM scenarios ORDER BY position")
        failed = len(store.failures())
    numbers = hashlib.sha256()
    for run, sha256 in runs.items():
        numbers.update(json.dumps([run.scenario, run.variant, run.replicate, sha256]).encode())
    return {
        "results_format": int(provenance["results_format"]),
        "code": Code(package="caremarket-sim", version=__version__, sha256=provenance["code"]),
        "scenarios": [
            ScenarioEntry(name=name, title=title, path=path, key=key, resolved_sha256=_sha256(resolved))
            for name, title, path, key, resolved in rows
        ],
        "runs": Runs(
            planned=planned,
            done=len(runs),
            failed=failed,
            variants=sorted({run.variant for run in runs}),
            seeds=[seed for _, seed in sorted({(run.replicate, run.seed) for run in runs})],
            seconds=round(seconds, 3),
            numbers_sha256=numbers.hexdigest(),
        ),
    }


def outputs(folder: Path, names: Iterable[str]) -> dict[str, File]:
    """Those of these files of a folder that are results, by name."""
    return {
        name: File(sha256=sha256_of(folder / name), bytes=(folder / name).stat().st_size)
        for name in names
        if name not in _NOT_OUTPUTS
    }


_NOT_OUTPUTS = {NAME, LOCK, NOTES, f"{LEDGER}-shm", f"{LEDGER}-wal"}


def environment() -> Environment:
    """This machine and what is installed on it."""
    (name, features), packages = _processor(), _packages()
    return Environment(
        python=platform.python_version(),
        system=platform.platform(),
        machine=platform.machine(),
        processor=name,
        processor_features=features,
        cores=cores(),
        packages=packages,
        packages_sha256=_sha256("\n".join(packages)),
    )


@cache
def _packages() -> list[str]:
    """What is installed, read once: it takes as long as a comparison of a small place."""
    return sorted({f"{found.name}=={found.version}" for found in metadata.distributions() if found.name})


@cache
def _processor() -> tuple[str, list[str]]:
    """The processor's name and the instructions that compiled code may use on it, as LLVM knows them."""
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    return binding.get_host_cpu_name(), sorted(name for name, present in features.items() if present)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

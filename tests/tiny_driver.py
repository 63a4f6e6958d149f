"""A driver of the tiny model and a reader of its ledger, as processes of their own that tests can kill.

python -m tests.tiny_driver drive FOLDER DIARY [TASKS]
python -m tests.tiny_driver read FOLDER STOP     (until the file STOP exists; prints how many reads it made)
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from caremarket_sim.errors import BadInput, CaremarketError
from caremarket_sim.results.query import table
from caremarket_sim.results.records import Failure, Success
from caremarket_sim.results.store import Store
from caremarket_sim.runs import batch
from tests.tiny_model import LAYOUT, TinyOutcome, TinyScenario, TinyTask, play

CODE = "code of the day"
SCENARIOS = (TinyScenario("block", 1.0), TinyScenario("spot", 2.0))
TASKS = 120


def carry_out(folder: Path, tasks: list[TinyTask], **how) -> list[Success | Failure]:
    """Open the folder (going on with what is there), do what is not done, and close."""
    scenarios = tasks[0].scenarios
    with Store.open(folder, LAYOUT, CODE, resume=True) as store:
        store.describe([scenario.record() for scenario in scenarios])
        return batch.carry_out(store, tasks, batch.runs_of(tasks, CODE), play, TinyOutcome, **how)


def drive(folder: str, diary: str, tasks: str = str(TASKS)) -> int:
    batch.SHORTEST_BATCH = 0.1
    try:
        carry_out(Path(folder), [TinyTask(seed, SCENARIOS, 0.02, diary) for seed in range(int(tasks))], workers=2)
    except CaremarketError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    return 0


def read(folder: str, stop: str) -> int:
    reads = most = 0
    while not Path(stop).exists():
        try:
            store = Store.read(Path(folder))
        except (BadInput, KeyError):  # not begun
            time.sleep(0.01)
            continue
        with store:
            count = len(store.runs())
            weeks = table(store, "weekly").num_rows
        assert most <= count, f"{most} runs were there, then {count}"
        assert weeks >= 12 * count, f"{count} runs have {weeks} weeks"
        reads, most = reads + 1, count
    print(reads)
    return 0


if __name__ == "__main__":
    what, *words = sys.argv[1:]
    sys.exit({"drive": drive, "read": read}[what](*words))

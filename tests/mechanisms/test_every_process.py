"""Each process of the week is tried in the file named after its mechanism."""

import re
from pathlib import Path

import pytest

from caremarket_sim import mechanisms
from caremarket_sim.week import PROCESSES

HERE = Path(__file__).parent
ROOMS = sorted(path.stem for path in Path(mechanisms.__file__).parent.glob("[!_]*.py"))


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.__name__)
def test_a_process_is_tried_in_the_file_of_its_mechanism(process):
    mechanism = process.__module__.rpartition(".")[2]
    tests = (HERE / f"test_{mechanism}.py").read_text(encoding="utf-8")
    carried_out = re.findall(r"carry_out\(\s*(\w+)", tests)
    assert process.__name__ in carried_out


def test_each_mechanism_has_its_tests_and_each_such_file_its_mechanism():
    assert sorted(path.stem.removeprefix("test_") for path in HERE.glob("test_*.py")) == sorted(
        [*ROOMS, "every_process"]
    )

"""A draw belongs to somebody, for something, in a week: nobody else's presence, order or number changes it."""

import ast
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

import caremarket_sim
from caremarket_sim.compiled.draws import draws_of, process_code

PACKAGE = Path(caremarket_sim.__file__).parent
numbers = st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=30, unique=True)


COMPILED = {"key_of": "key", "fixed_key": "fixed"}
"""What compiled code calls to draw, as Python calls it."""


def draw_calls():
    """(file, method, process name) of every draw that the model asks for by name."""
    folders = ("mechanisms", "market", "opening")
    for path in (path for folder in folders for path in sorted((PACKAGE / folder).glob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        codes = named_codes(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            said = getattr(node.args[0], "value", None)
            if isinstance(node.func, ast.Name) and node.func.id in COMPILED:
                names = [part.id for part in ast.walk(node.args[1]) if isinstance(part, ast.Name) and part.id in codes]
                assert names, f"{path.name}: {ast.unparse(node)} draws under a name that is not kept here"
                for name in names:
                    yield path.name, COMPILED[node.func.id], codes[name]
            elif isinstance(said, str) and getattr(node.func, "attr", "") in ("key", "fixed", "uniform", "normal"):
                yield path.name, node.func.attr, said


def named_codes(tree):
    """The process whose code a file keeps under each name."""
    found = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign) or "process_code" not in ast.unparse(node.value):
            continue
        (target,) = node.targets
        names = [target] if isinstance(target, ast.Name) else target.elts
        said = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
        found |= {name.id: process for name, process in zip(names, said, strict=True)}
    return found


@given(st.integers(0, 2**63), st.integers(-2000, 2000), numbers, st.integers(0, 20), st.data())
@settings(max_examples=50)
def test_draws_of_some_are_those_of_all(seed, week, who, part, data):
    draws = draws_of(seed, week)
    who = np.array(who)
    some = np.array(data.draw(st.lists(st.integers(0, len(who) - 1), max_size=30)), int)
    for law in (draws.uniform, draws.normal):
        assert np.array_equal(law("carers_leave", who, part)[some], law("carers_leave", who[some], part))


@given(numbers, st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_order_in_which_people_stand_changes_nobody_s_draw(who, random):
    shuffled = random.sample(who, len(who))
    before = dict(zip(who, draws_of(1, 3).uniform("bids", np.array(who)), strict=True))
    after = dict(zip(shuffled, draws_of(1, 3).uniform("bids", np.array(shuffled)), strict=True))
    assert before == after


def test_a_person_s_attributes_do_not_depend_on_the_week_and_other_draws_do():
    assert draws_of(5, 10).fixed("born") == draws_of(5, 200).fixed("born")
    keys = {int(draws_of(5, week).key("born")) for week in range(-1000, 1000)}
    assert len(keys) == 2000
    assert int(draws_of(5, 10).fixed("born")) not in keys


def test_keys_of_seeds_processes_and_weeks_never_coincide():
    names = sorted({name for _, _, name in draw_calls()})
    assert len(names) > 20
    keys = {int(draws_of(seed, week).key(name)) for seed in range(10) for week in range(-20, 20) for name in names}
    assert len(keys) == 10 * 40 * len(names)


def test_the_code_of_a_process_is_the_same_in_every_python_process():
    name = "visits_are_rostered"
    code = f"from caremarket_sim.compiled.draws import process_code; print(process_code({name!r}))"
    printed = [
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(PACKAGE.parent)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "77")
    ]  # fmt: skip
    assert printed == [f"{process_code(name)}\n"] * 2


def test_no_two_files_draw_under_the_same_name_in_the_same_week():
    users = {}
    for file, method, name in draw_calls():
        if method != "fixed" and not (PACKAGE / "opening" / file).exists():  # which draws in a week before all others
            users.setdefault(name, set()).add(file)
    assert {name: files for name, files in users.items() if len(files) > 1} == {}

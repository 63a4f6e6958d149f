"""Futures that a benchmark keeps are found again by the same question only."""

from functools import partial

from benchmarks import law, money
from benchmarks.futures import _file, each


def cubed(seed: int, times: int = 1) -> int:
    return times * seed**3


def test_what_is_kept_is_not_asked_again(tmp_path):
    assert each(cubed, [2, 3], 1, tmp_path) == [8, 27]
    [kept] = tmp_path.glob("*-2.pickle")
    kept.write_bytes((tmp_path / kept.name.replace("-2.pickle", "-3.pickle")).read_bytes())
    assert each(cubed, [2, 3, 4], 1, tmp_path) == [27, 27, 64]


def test_questions_that_share_a_folder_do_not_find_one_anothers_futures(tmp_path):
    asked = cubed, partial(cubed, times=2), partial(cubed, times=3), partial(cubed, 3), law.one_future, money.one_future
    assert len({_file(one, 4000, tmp_path) for one in asked}) == len(asked)


def test_a_benchmark_that_is_run_as_a_command_keeps_under_its_own_name(tmp_path, monkeypatch):
    imported = _file(law.one_future, 4000, tmp_path)
    monkeypatch.setattr(law.one_future, "__module__", "__main__")
    assert _file(law.one_future, 4000, tmp_path) == imported

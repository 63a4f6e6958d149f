"""What is kept between runs: spoilt, planted, in folders of others, or nowhere at all."""

import os
import pickle
import random
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from caremarket_sim import settling
from caremarket_sim.compiled.keeping import KeptIsDamaged, cache_folder, is_for_us, is_ours_alone, keep, kept
from caremarket_sim.market.stored import NotAMarket, from_bytes, to_bytes
from caremarket_sim.results.records import hash_of
from caremarket_sim.week import PROCESSES, steps_of
from tests.small_place import small

ROOT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners of folders are a matter of POSIX")
AS_ROOT = pytest.mark.skipif(getattr(os, "getuid", lambda: 1)() != 0, reason="only root can make files of others")
SPOILT = 500
PAGE = 4096
SOMEBODY = 12345


def spoilings(content: bytes, count: int):
    """The content with a bit flipped, a page zeroed, an end cut off or something added, by turns and at random."""
    chance = random.Random(0)
    for turn in range(count):
        spoilt, at = bytearray(content), chance.randrange(len(content))
        if turn % 4 == 1:
            page = at // PAGE * PAGE
            spoilt[page : page + PAGE] = bytes(len(spoilt[page : page + PAGE]))
        elif turn % 4 == 2:
            del spoilt[at:]
        elif turn % 4 == 3:
            spoilt[at:at] = chance.randbytes(chance.randrange(1, 9))
        else:
            spoilt[at] ^= 1 << chance.randrange(8)
        if spoilt != content:  # a page may have been empty
            yield bytes(spoilt)


@pytest.fixture(scope="module")
def market():
    return settling.settled_market(small(), 1, None)


def test_a_market_comes_back_from_its_bytes_to_the_bit(market):
    content = to_bytes(market)
    again = from_bytes(content)
    assert to_bytes(again) == content
    scenario = small("collaborative", 60)
    one, other = (settling.go_through(scenario, settling.fork(each, scenario), 1) for each in (market, again))
    assert to_bytes(one) == to_bytes(other)


@pytest.mark.parametrize("cut", [0, 1, 50, 5000, -1])
def test_bytes_that_hold_no_market_are_told_from_one(market, cut):
    with pytest.raises(NotAMarket):
        from_bytes(to_bytes(market)[:cut])
    for wrong in (b"", b"\n", b"[]\n", b'[["levers",[1]]]\n', b'[["levers",[-1]]]\n', b"3\n", b"[[1,2]]\nx"):
        with pytest.raises(NotAMarket):
            from_bytes(wrong)


def test_of_a_settled_market_that_is_spoilt_nothing_is_used(market, tmp_path):
    file = tmp_path / "1.market"
    keep(file, to_bytes(market))
    assert kept(file) == to_bytes(market)
    whole = file.read_bytes()
    for spoilt in spoilings(whole, SPOILT):
        file.write_bytes(spoilt)
        with pytest.warns(KeptIsDamaged, match=r"1\.market is not used"):
            assert kept(file) is None


def test_a_market_that_was_spoilt_is_settled_again_with_a_word_and_the_results_are_the_same(tmp_path):
    scenario = small("collaborative", 60)

    def simulated():
        settling._last_settled.clear()
        return hash_of(settling.simulate(1, [scenario], tmp_path)[0])

    before = simulated()
    (file,) = tmp_path.glob("*.market")
    whole = file.read_bytes()
    spoilt = bytearray(whole)
    spoilt[len(whole) // 2] ^= 4
    file.write_bytes(spoilt)
    with pytest.warns(KeptIsDamaged):
        assert simulated() == before
    assert file.read_bytes() == whole
    assert simulated() == before


def test_a_market_under_the_name_of_another_is_not_used(market, tmp_path):
    keep(tmp_path / "1.market", to_bytes(market))
    os.replace(tmp_path / "1.market", tmp_path / "2.market")
    with pytest.warns(KeptIsDamaged):
        assert kept(tmp_path / "2.market") is None


class Planted:
    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_a_planted_file_runs_nothing_whether_its_hash_is_right_or_not(tmp_path):
    trap = pickle.dumps(Planted(tmp_path / "sprung"))
    key = settling.settled_name(small(), 1)
    (tmp_path / f"{key}.market").write_bytes(trap)
    with pytest.warns(KeptIsDamaged):
        assert settling._read(tmp_path, key) is None
    keep(tmp_path / f"{key}.market", trap)
    assert settling._read(tmp_path, key) is None
    assert not (tmp_path / "sprung").exists()


@POSIX
def test_what_is_no_regular_file_of_ours_is_not_read(tmp_path):
    keep(tmp_path / "one", b"content")
    os.symlink(tmp_path / "one", tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    os.link(tmp_path / "one", tmp_path / "open")
    for name in ("link", "pipe", "folder"):
        with pytest.warns(KeptIsDamaged):
            assert kept(tmp_path / name) is None
    (tmp_path / "one").chmod(0o662)
    with pytest.warns(KeptIsDamaged, match="others could have written it"):
        assert kept(tmp_path / "one") is None
    assert kept(tmp_path / "nothing") is None


@AS_ROOT
def test_a_file_of_another_user_is_not_read(tmp_path):
    keep(tmp_path / "one", b"content")
    os.chown(tmp_path / "one", SOMEBODY, SOMEBODY)
    with pytest.warns(KeptIsDamaged, match="others could have written it"):
        assert kept(tmp_path / "one") is None


def test_of_compiled_code_that_is_spoilt_nothing_is_loaded(tmp_path):
    """numba would load a flipped bit as code, or as pickled objects, which can run anything."""
    (rule,) = [rule for rule in steps_of(PROCESSES).rules if rule is not None and rule.__name__ == "time_passes"]
    cache = rule.compiled._cache
    files = type(cache._cache_file)(str(tmp_path), "rule", "a stamp")
    files.save("a key", ("some", "code"))
    assert files.load("a key") == ("some", "code")
    index, data = tmp_path / "rule.nbi", tmp_path / "rule.1.nbc"
    for file in (index, data):
        whole = file.read_bytes()
        for spoilt in spoilings(whole, SPOILT // 2):
            file.write_bytes(spoilt)
            with pytest.warns(KeptIsDamaged):
                assert files.load("a key") is None
        file.write_bytes(pickle.dumps(Planted(tmp_path / "sprung")))
        with pytest.warns(KeptIsDamaged):
            assert files.load("a key") is None
        file.write_bytes(whole)
    assert not (tmp_path / "sprung").exists()
    assert files.load("a key") == ("some", "code")


@POSIX
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o707, 0o772])
def test_a_folder_that_others_could_write_to_is_not_used(tmp_path, mode):
    folder = tmp_path / "kept"
    assert is_for_us(folder) and stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(mode)
    assert is_ours_alone(folder) == (mode == 0o707 & ~0o7)


@POSIX
def test_nor_one_of_which_somebody_could_exchange_a_folder_above(tmp_path):
    folder = tmp_path / "above" / "between" / "kept"
    assert is_for_us(folder)
    (tmp_path / "above").chmod(0o777)
    assert not is_for_us(folder)
    (tmp_path / "above").chmod(0o1777)  # as the temporary folder: nobody moves what is another's
    assert is_for_us(folder)


@POSIX
def test_nor_one_to_which_a_link_leads_that_somebody_could_turn(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "kept").mkdir(mode=0o700)
    os.symlink(tmp_path / "kept", tmp_path / "open" / "link")
    assert is_for_us(tmp_path / "kept")
    assert not is_for_us(tmp_path / "open" / "link")
    os.symlink("round", tmp_path / "round")
    assert not is_for_us(tmp_path / "round")
    assert not is_for_us(tmp_path / "null\0")


@AS_ROOT
def test_nor_one_that_another_user_owns_or_owns_a_folder_above_of(tmp_path):
    for owned in ("above", "above/kept"):
        folder = tmp_path / owned.replace("/", "-") / "above" / "kept"
        assert is_for_us(folder)
        os.chown(tmp_path / owned.replace("/", "-") / owned, SOMEBODY, SOMEBODY)
        assert not is_for_us(folder)


@POSIX
def test_an_open_folder_that_the_user_names_is_passed_over_for_one_of_our_own(tmp_path, monkeypatch):
    (tmp_path / "named").mkdir()
    (tmp_path / "named").chmod(0o777)
    (tmp_path / "temporary").mkdir(mode=0o700)
    monkeypatch.setenv("CAREMARKET_CACHE", str(tmp_path / "named"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    folder = cache_folder()
    assert folder is not None and folder.parent == tmp_path / "temporary"
    folder.chmod(0o777)
    assert cache_folder() is None


NOWHERE = """
import pathlib, pwd, tempfile
def nobody(number):
    raise KeyError(number)
def nowhere():
    raise FileNotFoundError("no usable temporary folder")
pwd.getpwuid, tempfile.gettempdir = nobody, nowhere
import numpy as np
from caremarket_sim import week
from caremarket_sim.compiled import folder_of
from caremarket_sim.runs.settled import settled_folder
from caremarket_sim.mechanisms.recording import add_up
assert folder_of(pathlib.Path(week.__file__)) is None and settled_folder() is None
sums = np.zeros((2, 1))
add_up(np.ones((3, 1)), np.array([0, 1, 1]), sums)
print("ran, and kept nothing" if sums.tolist() == [[1.0], [2.0]] else sums)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /proc")
def test_with_no_home_no_entry_for_the_user_and_nowhere_to_write_it_still_imports_and_runs(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_CACHE_HOME")}
    environment |= {"CAREMARKET_CACHE": "/proc/kept", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", NOWHERE], env=environment, capture_output=True, text=True, cwd="/")
    assert (done.returncode, done.stdout.strip()) == (0, "ran, and kept nothing"), done.stderr

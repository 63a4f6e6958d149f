"""The wheel is whole: installed in a new environment, the command works in an empty folder."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def caremarket(wheel, tmp_path_factory):
    """Run the installed command in an empty folder; the libraries it needs are borrowed from this environment."""
    environment, empty = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("empty")
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    paths = sysconfig.get_paths(vars={"base": str(environment), "platbase": str(environment)})
    python = Path(paths["scripts"], Path(sys.executable).name)
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True)
    Path(paths["purelib"], "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def run(*arguments: str | Path) -> str:
        command = [Path(paths["scripts"], "caremarket"), *arguments]
        process = subprocess.run(command, cwd=empty, env=clean, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stdout + process.stderr
        return process.stdout

    run.folder, run.environment, run.path = empty, clean, Path(paths["scripts"], "caremarket")
    return run


@pytest.mark.slow
def test_the_wheel_holds_data_scenarios_and_types_but_no_tests(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    for source in (ROOT / "caremarket_sim").rglob("*"):
        if source.is_file() and "__pycache__" not in source.parts:
            assert source.relative_to(ROOT).as_posix() in held
    for source in (ROOT / "scenarios").rglob("*"):
        if source.is_file():
            assert f"caremarket_sim/{source.relative_to(ROOT).as_posix()}" in held
    assert {name.split("/")[0].split("-")[0] for name in held} == {"caremarket_sim"}
    assert "caremarket_sim/py.typed" in held


@pytest.mark.slow
@pytest.mark.smoke
def test_a_council_can_be_made_validated_and_compared_from_an_empty_folder(caremarket):
    caremarket("new", "Anytown")
    scenarios = sorted(path for path in caremarket.folder.rglob("*.yaml"))
    caremarket("validate", *scenarios)
    caremarket("compare", *scenarios[:2], "--replicates", "2", "--years", "1", "--out", "results")
    assert (caremarket.folder / "results" / "differences.csv").exists()
    caremarket("new", "Leeds", "--no-probe")
    caremarket("validate", caremarket.folder / "leeds" / "place.yaml", "--no-probe")


VISIT = """
import contextlib, json, re, socket, struct, subprocess, sys, urllib.error, urllib.request
from websockets.sync.client import connect

with contextlib.suppress(ImportError, OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    import fcntl
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 0x41))  # SIOCSIFFLAGS: this machine reaches itself
command = [sys.argv[1], "app", "--no-browser", "--port", "0"]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
    try:
        said = served.stdout.readline()
        port = re.search(r"http://127\\.0\\.0\\.1:(\\d+)", said)[1]
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read().decode()
        fetched = [name for name in re.findall(r'(?:src|href)="([^"#]+)"', page) if not name.startswith("data:")]
        for name in fetched:
            assert urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}").status == 200, name
        told = ""
        with connect(f"ws://127.0.0.1:{port}/websocket/", proxy=None) as visit:
            data = {"place": "Rutland", "reference": "", "editing": "", ".clientdata_output_place_note_hidden": False}
            visit.send(json.dumps({"method": "init", "data": data}))
            for _ in range(1000):  # it goes on saying that it is there
                told = visit.recv(timeout=120)
                if "zones, from" in told:
                    break
        print(json.dumps({"fetched": len(fetched), "told": told}))
    finally:
        served.terminate()
"""
"""Begins the page, fetches all that it is made of, and chooses a council on it, as a browser does."""


def without_network() -> list[str]:
    """What runs a command with no network but that of this machine to itself; nothing where that cannot be."""
    cut = ["unshare", "--map-root-user", "--net"]
    tried = shutil.which("unshare") and subprocess.run([*cut, "true"], capture_output=True, check=False)
    return cut if tried and tried.returncode == 0 else []


@pytest.mark.slow
def test_the_page_is_served_from_the_wheel_in_an_empty_folder_with_the_network_off(caremarket, tmp_path):
    command = [*without_network(), sys.executable, "-c", VISIT, str(caremarket.path)]
    visited = subprocess.run(
        command, cwd=tmp_path, env=caremarket.environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert visited.returncode == 0, visited.stderr
    assert re.search(r"Rutland: \d+ zones, from", visited.stdout) and '"fetched": 1' in visited.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["caremarket-app"], "nothing is written outside the workspace"
    assert (tmp_path / "caremarket-app" / "visit-1" / "rutland" / "baseline.yaml").is_file()

"""What CONTRIBUTING.md says is to be done to add something, done in a copy of the source tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ADDED = re.findall(r"^### (.+?)\n(.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL)
CHANGE = re.compile(r"`([^`]+)`(?:, (after|instead of) `([^`]+)`)?:\n\n```\w+\n(.*?)```", re.DOTALL)
LINES = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def test_it_says_how_to_add_each_kind_of_thing():
    assert [name for name, _ in ADDED] == ["A process", "A lever", "An indicator", "A page", "A study"]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "section"), ADDED, ids=[name for name, _ in ADDED])
def test_what_is_added_as_it_says_is_there(name, section, tmp_path):
    for part in ("caremarket_sim", "docs", "scenarios"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("mkdocs.yml", "pyproject.toml", "caremarket.toml"):
        shutil.copy(ROOT / part, tmp_path)
    changes = CHANGE.findall(section)
    assert changes
    for file, how, anchor, block in changes:
        path = tmp_path / file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if how:
            assert text.count(anchor) == 1, f"{file} has {text.count(anchor)} times {anchor!r}"
            start = text.index(anchor)
            end = text.index("\n", start) + 1
            text = text[:end] + block + text[end:] if how == "after" else text.replace(anchor, block.rstrip("\n"))
        else:
            text += block
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": places, "PYTHONPATH": str(tmp_path), "NUMBA_DISABLE_JIT": "1"}
    for line in LINES.findall(section)[-1].splitlines():
        done = subprocess.run(
            line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (line, done.stdout[-1500:], done.stderr[-1500:])

"""The pictures of the tutorial in the browser: `python -m benchmarks.pictures` does what it says, and takes them."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = ROOT / "docs" / "tutorial-browser.md"
BROWSER = ROOT / "tests" / "browser"
COLOURS = 48
"""In which a picture is kept, to be small."""
STEPS = re.compile(
    r"\b(?P<set>[Ss]et) \*\*(?P<lever>[^*]+)\*\* to \*(?P<to>[^*]+)\*"
    r"|\b(?P<choose>[Cc]hoose) \*(?P<option>[^*]+)\* under \*\*(?P<list>[^*]+)\*\*"
    r"|\b(?P<wait>[Ww]ait) for \*(?P<text>[^*]+)\*"
    r"|\b(?P<verb>[Pp]ress|[Oo]pen|[Tt]ake) \*\*(?P<name>[^*]+)\*\*"
    r"|!\[[^\]]+\]\(pictures/(?P<picture>\w+)\.png\)"
)
"""What a page says to do, and where it has a picture."""


def steps_of(page: str) -> list[list[str]]:
    """What a page says to do, in order: verb, name and value."""
    found = []
    for step in STEPS.finditer(page):
        if step["set"]:
            found.append(["set", step["lever"], step["to"]])
        elif step["choose"]:
            found.append(["choose", step["list"], step["option"]])
        elif step["wait"]:
            found.append(["wait", step["text"]])
        elif step["picture"]:
            found.append(["picture", step["picture"]])
        else:
            found.append([step["verb"].lower(), step["name"]])
    return found


def carried_out(place: Path, workspace: Path, to: Path, steps: list[list[str]]) -> None:
    """Do the steps on the page of a place; pictures and what is taken away go to a folder."""
    command = [sys.executable, "-m", "caremarket_sim", "app", str(place), "--no-browser", "--port", "0"]
    command += ["--workspace", str(workspace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            address = served.stdout.readline().split()[4].removesuffix(";")
            browser = shutil.which("chromium") or ""
            subprocess.run(
                ["node", "steps.mjs", address, browser, str(to.resolve()), json.dumps(steps)], cwd=BROWSER, check=True
            )
        finally:
            served.terminate()


def main() -> None:
    pictures = TUTORIAL.parent / "pictures"
    work = ROOT / "build" / "pictures"
    steps = steps_of(TUTORIAL.read_text(encoding="utf-8"))
    carried_out(ROOT / "scenarios" / "wigan", work / "workspace", work, steps)
    pictures.mkdir(exist_ok=True)
    for picture in sorted(work / f"{name}.png" for verb, name, *_ in steps if verb == "picture"):
        with Image.open(picture) as opened:
            opened.convert("RGB").quantize(COLOURS).save(pictures / picture.name, optimize=True)
        print(f"{picture.name}: {(pictures / picture.name).stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()

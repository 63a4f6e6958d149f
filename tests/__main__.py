"""Every check in one command: `python -m tests`, with any further arguments handed to pytest."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKS = ["ruff check .", "ruff format --check .", "pyright", "lint-imports --no-logo"]
TESTS = shlex.join(["pytest", "-n", "2", "--dist", "worksteal", *sys.argv[1:]])
COMPILE = [sys.executable, "-c", "from caremarket_sim.runs.design import ready; ready()"]


def failed(check: str) -> bool:
    """Run one check in the project's folder with the tools installed beside this Python."""
    print(f"\n$ {check}", flush=True)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(shlex.split(check), cwd=ROOT, env=environment).returncode != 0


def main() -> int:
    """Run all checks, whatever the first ones find; 1 if any failed, and name those."""
    with subprocess.Popen(COMPILE, cwd=ROOT):  # meanwhile, and once: each of two test processes would
        failures = [check for check in CHECKS if failed(check)]
    failures += [TESTS] if failed(TESTS) else []
    print("\nFailed: " + "; ".join(failures) if failures else "\nAll checks passed.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

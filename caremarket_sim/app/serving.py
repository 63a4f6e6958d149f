"""The page served from this machine: one process, several visits at once."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from caremarket_sim.app.server import make_app
from caremarket_sim.errors import CannotWrite
from caremarket_sim.runs.design import stand_by


def serve(
    workspace: Path,
    yours: Path | None,
    *,
    host: str,
    port: int,
    browser: bool,
    workers: int | None,
    say: Callable[[str], None],
) -> None:
    """Serve the page until it is interrupted. Raises CannotWrite where nobody can listen or nothing can be written."""
    try:
        workspace.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"cannot be written: {error.strerror or error}", workspace) from None
    app = make_app(workspace.resolve(), yours.resolve() if yours else None, workers)
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise CannotWrite(f"nobody can listen at {host}:{port}: {error.strerror or error}", Path("--port")) from None
    with listening:
        address = f"http://{host}:{listening.getsockname()[1]}"
        say(f"The page is at {address}; Ctrl-C ends it. What it makes goes to {workspace}.")
        threading.Thread(target=stand_by, name="compiling", daemon=True).start()  # while somebody chooses
        if browser:
            webbrowser.open(address)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", ws_max_size=1 << 24)).run(sockets=[listening])

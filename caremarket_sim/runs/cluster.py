"""A Dask cluster behind the standard executor interface; `dask.distributed` is loaded only when one is asked for."""

from __future__ import annotations

import logging
import math
import re
import socket
import time
from collections.abc import Callable
from concurrent.futures import Executor

from caremarket_sim.errors import CaremarketError

PATIENCE = 300.0
"""Seconds for which a cluster may be without any worker before it is given up."""

ANSWER_WITHIN = 10.0
"""Seconds within which a scheduler must answer for the first time."""


_ADDRESS = re.compile(r"(?:(?:tcp|tls|wss?)://)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})/?")


class ClusterLost(CaremarketError):
    """The cluster cannot be reached, or has no workers; what was done before is kept."""

    exit_status = 130


class NoCluster(ClusterLost):
    """There was no cluster to begin with: dask is missing, or nothing answers at the address."""

    exit_status = 2


class Cluster:
    """The workers known to the Dask scheduler at `address`."""

    def __init__(
        self, address: str, tell: Callable[[str], None], patience: float = PATIENCE, answer_within=ANSWER_WITHIN
    ):
        _require_somebody_at(address, min(answer_within, 5.0))
        try:
            from distributed import Client
        except ImportError:
            raise NoCluster("--cluster needs dask: pip install 'caremarket-sim[cluster]'") from None
        self.address, self.tell, self.patience = address, tell, patience
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong we say ourselves, once
        try:
            self._client = Client(address, set_as_default=False, timeout=answer_within)
        except Exception as error:  # noqa: BLE001 - whatever the library makes of somebody who is no scheduler
            raise NoCluster(f"no Dask scheduler answers at {address}: {error}") from None
        self.executor: Executor = self._client.get_executor(retries=0)
        self._looked = -math.inf
        self._slots = 0
        self._empty_since: float | None = None

    def window(self) -> int:
        """Two chunks for each thread of the cluster as it is now: one to do and one to go on with."""
        now = time.monotonic()
        if now - self._looked > 2.0:
            self._looked, self._slots = now, sum(self._ask(self._client.nthreads).values())
        return max(1, 2 * self._slots)

    def look_round(self) -> None:
        """Raise ClusterLost when the scheduler is gone, or has had no worker for as long as patience lasts."""
        if self._client.status not in ("running", "connecting"):
            raise ClusterLost(f"the connection to the Dask scheduler at {self.address} is {self._client.status}")
        if self._ask(self._client.nthreads):
            self._empty_since = None
            return
        now = time.monotonic()
        if self._empty_since is None:
            self._empty_since = now
            self.tell(f"The cluster at {self.address} has no workers; waiting up to {self.patience:.0f} s for one.")
        elif now - self._empty_since > self.patience:
            raise ClusterLost(f"the cluster at {self.address} has had no workers for {self.patience:.0f} s")

    def close(self) -> None:
        self._client.close()

    def kill(self) -> None:
        """Withdraw what has not begun; what a worker is doing it finishes, and nobody waits for it."""
        if self._client.status == "running":
            self.executor.shutdown(wait=False)
        self._client.close(timeout=2)

    def _ask(self, question: Callable):
        try:
            return question()
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterLost(f"the Dask scheduler at {self.address} no longer answers: {error}") from None


def require_scheduler(address: str) -> None:
    """Raise NoCluster at once unless a Dask scheduler answers at the address."""
    Cluster(address, lambda sentence: None).close()


def _require_somebody_at(address: str, seconds: float) -> None:
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[2]) < 65536:
        raise NoCluster(f"{address!r:.200} is no address of a Dask scheduler; write such as tcp://host:8786")
    try:
        socket.create_connection((found[1].strip("[]"), int(found[2])), timeout=seconds).close()
    except (OSError, UnicodeError) as error:
        raise NoCluster(f"no Dask scheduler answers at {address}: {error}") from None

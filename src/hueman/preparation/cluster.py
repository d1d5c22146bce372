"""Work spread over a Ray cluster, as `run_in_workers` spreads it over processes."""

import logging
import math
import os
import pickle
import socket
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeVar

from hueman.errors import HuemanError, one_line
from hueman.preparation.settings import available_cpus
from hueman.preparation.workers import Attempts, Failure

Item = TypeVar("Item")
Result = TypeVar("Result")

RETRIES = 2
"""How often an item is tried again whose worker was lost."""
SECONDS_TO_ANSWER = 5.0
STORE_BYTES = 10**8
"""Memory of a Ray that is started here, which clips do not go through: only their names do."""


@dataclass(frozen=True)
class Cluster:
    """Which Ray cluster does the work."""

    address: str | None = None
    """HOST:PORT of its head, or "auto" for one that runs on this machine; None starts one here
    for as long as the work takes."""


def choose_cluster(engine: Literal["local", "ray"], address: str | None) -> Cluster | None:
    """Return the cluster that works where clips are made by this engine; None for processes here.

    Raises:
        HuemanError: an address is given, and the engine is not Ray.
    """
    if engine == "ray":
        return Cluster(address)
    if address is not None:
        raise HuemanError(f"--address {address} is for a Ray cluster; add --engine ray.")
    return None


def run_on_cluster(
    make_function: Callable[[int], Callable[[Item], Result]],
    items: Sequence[Item],
    jobs: int | None,
    cluster: Cluster,
    gpu: bool = False,
) -> Generator[tuple[Item, Result | Failure]]:
    """Apply a function to every item in workers of a Ray cluster; yield as they finish.

    An item whose worker is lost is tried again. No more items are under way than there are workers.

    Args:
        make_function: called once in each worker with the number of its threads; picklable, as
            are items and results.
        items: to work on, at least one.
        jobs: number of workers; one for each CPU core of the cluster if None.
        cluster: which.
        gpu: whether the work is faster on a GPU; workers then share those of the cluster.

    Yields:
        (item, result), or (item, Failure) where the function raised or its workers were lost.

    Raises:
        HuemanError: Ray is not installed, or the cluster cannot be reached or was lost.
    """
    with _connected(cluster) as ray:
        options = _shares(ray, min(jobs or len(items), len(items)), gpu)
        rows = [{"number": number, "item": pickle.dumps(item)} for number, item in enumerate(items)]
        size = options.pop("size")
        blocks = ray.data.from_items(rows, override_num_blocks=len(rows))
        with warnings.catch_warnings(action="ignore"):  # Ray 2.64 will have names for all options
            results = blocks.map(
                _Worker,
                fn_constructor_args=(make_function, options["num_cpus"]),
                compute=ray.data.ActorPoolStrategy(size=size, max_tasks_in_flight_per_actor=1),
                max_restarts=-1,
                max_task_retries=RETRIES,
                **options,
            )
        results.context.enable_progress_bars = False
        results.context.print_on_execution_start = False
        results.context.max_errored_blocks = -1  # what was lost is found by its missing row
        left = dict(enumerate(items))
        try:
            for row in results.iter_rows():
                yield left.pop(row["number"]), pickle.loads(row["outcome"])
        except ray.exceptions.RayError as error:
            raise HuemanError(
                f"The workers of the Ray cluster could not go on ({type(error).__name__}); check "
                "that hueman is installed on its machines, and run it again to go on."
            ) from error
        for item in left.values():
            yield (
                item,
                Failure(
                    f"its worker died {RETRIES + 1} times; if memory ran out, use fewer jobs or "
                    "shorter clips."
                ),
            )


class _Worker:
    """Answers rows in one process of the cluster."""

    def __init__(self, make_function: Callable[[int], Callable], threads: int):
        self._attempt = Attempts(lambda: make_function(threads))

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        outcome = self._attempt(pickle.loads(row["item"]))
        return {"number": row["number"], "outcome": pickle.dumps(outcome)}


@contextmanager
def _connected(cluster: Cluster) -> Iterator[Any]:
    """Yield the module ray, connected; a connection that was there already stays."""
    if find_spec("ray") is None:
        raise HuemanError(
            "The engine ray needs Ray, which is not installed; run pip install 'hueman[cluster]'."
        )
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # the terminal is for the progress
    import ray
    import ray.data
    import ray.exceptions

    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    ours = not ray.is_initialized()
    if ours:
        with _silent_stderr():
            _connect(ray, cluster.address)
    try:
        yield ray
    finally:
        if ours:
            ray.shutdown()


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Discard what goes there: as it starts, Ray's core writes to it whatever its log level."""
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _connect(ray: Any, address: str | None) -> None:
    """Connect, or start a Ray; HuemanError says why not, whatever Ray raises."""
    quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    if address is None:
        _start(ray, quiet)
        return
    if address != "auto":
        _check_answer(address)
    try:
        ray.init(address, **quiet)
    except (ConnectionError, ValueError) as error:
        raise HuemanError(_unreachable(address)) from error
    except Exception as error:  # of another version, or this machine has no part in it
        raise HuemanError(
            f"The Ray cluster at {address!r} cannot be used from here ({one_line(error)}); run "
            "this on one of its machines, with the Ray that the others have."
        ) from error


def _start(ray: Any, quiet: dict[str, Any]) -> None:
    here = {"object_store_memory": STORE_BYTES, "include_dashboard": False}
    for last in (False, True):
        try:
            ray.init("local", num_cpus=available_cpus(), **here, **quiet)
            return
        except Exception as error:  # a busy machine takes longer than Ray waits
            ray.shutdown()
            if last:
                raise HuemanError(
                    f"Ray did not start on this machine ({one_line(error)}); try again, or do "
                    "without --engine ray."
                ) from error


def _check_answer(address: str) -> None:
    """Refuse, by HuemanError, what Ray would try to reach for minutes."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), SECONDS_TO_ANSWER).close()
    except (OSError, ValueError, OverflowError) as error:
        raise HuemanError(_unreachable(address)) from error


def _unreachable(address: str) -> str:
    return (
        f"No Ray cluster answers at {address!r}; give HOST:PORT of its head as 'ray start --head' "
        "prints it, or auto for one on this machine; where a cluster asks for a token, set "
        "RAY_AUTH_MODE=token."
    )


def _shares(ray: Any, most: int, gpu: bool) -> dict[str, Any]:
    """Return the number of workers, at most `most`, and the CPU cores and GPUs of each."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    cpus = [int(node["CPU"]) for node in nodes if node.get("CPU", 0) >= 1] or [1]
    size = min(most, sum(cpus))
    shares: dict[str, Any] = {"size": size, "num_cpus": min([sum(cpus) // size, *cpus])}
    gpus = int(sum(node.get("GPU", 0) for node in nodes))
    if gpu and gpus:
        shares["num_gpus"] = math.floor(1000 / math.ceil(size / gpus)) / 1000
    return shares

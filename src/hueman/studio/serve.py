"""The command `hueman studio`: the server, from its start to its last file."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from hueman.errors import HuemanError
from hueman.studio.gate import Gate
from hueman.studio.library import Library
from hueman.studio.limits import Limits
from hueman.studio.page import build_page
from hueman.studio.room import UploadRoom
from hueman.studio.sessions import LINGER, Sessions
from hueman.studio.theme import style, theme

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVENTS = 8
"""For each visitor, so many events of all kinds may wait in gradio's queue; long work has a bound
of its own, `Limits.max_waiting`, so that nothing else is refused when that is reached."""
STATISTICS = "100"
"""Events that gradio remembers for statistics, which are shut; it counts all of them anew after
each event."""


@dataclass(frozen=True)
class RunningStudio:
    """A studio that serves."""

    url: str
    sessions: Sessions
    root: Path
    """The folder of all its files, which is deleted at its end."""


@contextmanager
def running_studio(
    library: Library,
    limits: Limits,
    host: str = "127.0.0.1",
    port: int = 7860,
    linger: float = LINGER,
) -> Iterator[RunningStudio]:
    """Serve the page inside this block; then stop, and delete all files.

    Args:
        library: the model, and the people in the box.
        limits: what a visitor may ask for.
        host: the address to listen at; other machines can reach 0.0.0.0.
        port: to listen at.
        linger: seconds that a session stays after its page is gone.

    Raises:
        HuemanError: the address or the port cannot be used.
    """
    # Only this user may look into it.
    root = Path(tempfile.mkdtemp(prefix="hueman-studio-")).resolve()
    sessions = Sessions(root, library, limits, linger)
    try:
        with _environment(root):
            page = build_page(sessions)
            url = _launch(page, root, limits, host, port)
            try:
                yield RunningStudio(url, sessions, root)
            finally:
                page.close(verbose=False)
    finally:
        sessions.close()
        shutil.rmtree(root, ignore_errors=True)


def serve(model: Path | None, host: str, port: int, limits: Limits) -> None:
    """Serve the studio until it is interrupted, or asked to end by SIGTERM.

    Args:
        model: as for `HumanVideoGenerator.from_pretrained`.
        host: as for `running_studio`.
        port: as for `running_studio`.
        limits: what a visitor may ask for.

    Raises:
        HuemanError: there is no such model, or the address or the port cannot be used.
    """
    # Whoever runs it as a service ends it so; its files are to be deleted then too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    library = Library(model)
    print("Loading the model ...")
    library.generator()
    with running_studio(library, limits, host, port) as studio:
        print(f"The studio is open at {studio.url}; Ctrl-C closes it.")
        if host not in LOOPBACK:
            print("Everybody who can reach this machine can use it: there is no password.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print("Closing ...")


@contextmanager
def _environment(root: Path) -> Iterator[None]:
    """Let gradio keep its files in the studio's folder, and little else."""
    ours = {"GRADIO_TEMP_DIR": str(root), "GRADIO_ANALYTICS_MAX_EVENTS": STATISTICS}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _launch(page: gr.Blocks, root: Path, limits: Limits, host: str, port: int) -> str:
    """Start the server, and return its address."""
    # One request may bring all clips of a training, and some words about each.
    most = (limits.max_clips * limits.max_upload_bytes) + 100_000
    room = UploadRoom(root, limits.max_studio_bytes, limits.max_uploads)
    gate = Middleware(
        Gate, folder=root, events=frozenset(page.fns), max_upload_bytes=most, room=room
    )
    middleware = [gate]
    if host in LOOPBACK:
        # A page elsewhere, whose name leads to this machine, is not the studio.
        middleware.insert(0, Middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, "[::1]"]))
    most_events = EVENTS * limits.max_visitors
    page.queue(max_size=most_events, default_concurrency_limit=1, api_open=False)
    try:
        _, url, _ = page.launch(
            server_name=host,
            server_port=port,
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            max_file_size=limits.max_upload_bytes,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            mcp_server=False,
            pwa=False,
            theme=theme(),
            css=style(),
            app_kwargs={"middleware": middleware},
        )
    except OSError as error:
        raise HuemanError(
            f"The studio cannot listen at {host}, port {port}; choose another --host or --port."
        ) from error
    return url

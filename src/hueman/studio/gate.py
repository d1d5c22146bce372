"""What the server answers at all: the page, its parts, and files in the studio's own folder.

gradio has many more routes (an API, proxies, editors, histories); what the page does not need is
shut, so nothing has to be known about it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API = "/gradio_api"
FILE = f"{API}/file="
UPLOAD = f"{API}/upload"
JOIN = f"{API}/queue/join"
OPEN = {
    "/", "/config", "/theme.css", "/favicon.ico", "/manifest.json",
    JOIN, UPLOAD, f"{API}/queue/data", f"{API}/upload_progress", f"{API}/startup-events",
    f"{API}/cancel", f"{API}/reset", f"{API}/theme.css", f"{API}/app_id",
}  # fmt: skip
OPEN_BELOW = ("/assets/", "/static/", "/svelte/", f"{API}/heartbeat/")
MAX_BODY = 1_000_000
"""Bytes of a request that is no upload."""
HEADERS = {
    # Whatever the page may contain, browsers ask nobody else for anything.
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' "
    "'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Gate:
    """Passes on to gradio what the page needs, and refuses everything else.

    Args:
        app: gradio.
        folder: outside of which no path is served or accepted.
        max_upload_bytes: of all the files of one request.
    """

    def __init__(self, app: ASGIApp, folder: Path, max_upload_bytes: int):
        self._app = app
        self._folder = folder.resolve()
        self._max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None and scope["path"].rstrip("/") == JOIN:
            body = await Request(scope, receive).body()
            receive = _again(body, receive)
            refusal = self._refused_paths(body)
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        path = scope["path"]
        if path.startswith(FILE):
            if not self._inside(path.removeprefix(FILE)):
                return PlainTextResponse("There is no such file.", 404)
        elif path.rstrip("/") not in OPEN and path != "/" and not path.startswith(OPEN_BELOW):
            return PlainTextResponse("There is no such page.", 404)
        if scope["method"] == "POST":
            return self._refused_length(scope)
        return None

    def _refused_length(self, scope: Scope) -> PlainTextResponse | None:
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit():
            return PlainTextResponse("Say how long the request is.", 411)
        most = self._max_upload_bytes if scope["path"].startswith(UPLOAD) else MAX_BODY
        return PlainTextResponse("That is too large.", 413) if int(length) > most else None

    def _refused_paths(self, body: bytes) -> PlainTextResponse | None:
        """Refuse events that name a file elsewhere, or one on the web, which would be fetched."""
        try:
            paths = list(_paths(json.loads(body)))
        except (ValueError, RecursionError):
            return PlainTextResponse("That is no event.", 400)
        if all(self._inside(path) for path in paths):
            return None
        return PlainTextResponse("There is no such file.", 403)

    def _inside(self, path: str) -> bool:
        """Say whether a path, also if it is quoted once more, lies in the folder."""
        try:
            return all(
                Path(each).is_absolute() and Path(each).resolve().is_relative_to(self._folder)
                for each in (path, unquote(path))
            )
        except (OSError, ValueError):
            return False


def _paths(value: Any) -> Iterator[str]:
    """Yield everything in an event that gradio may take for the path of a file."""
    if isinstance(value, dict):
        if "path" in value:
            yield str(value["path"])
        for each in value.values():
            yield from _paths(each)
    elif isinstance(value, list):
        for each in value:
            yield from _paths(each)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that has been read already, then whatever comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name.encode() for name in HEADERS}
            kept = [each for each in message["headers"] if each[0].lower() not in names]
            ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": kept + ours}
        await send(message)

    return sent

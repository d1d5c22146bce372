"""What the server answers at all: the page, its parts, and files in the studio's own folder.

gradio has many more routes (an API, proxies, editors, histories); what the page does not need is
shut, so nothing has to be known about it.
"""

from collections.abc import Container
from pathlib import Path
from urllib.parse import unquote

from starlette.formparsers import MultiPartException
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from hueman.errors import HuemanError
from hueman.studio.headers import with_headers
from hueman.studio.incoming import again, bounded, whole_body
from hueman.studio.messages import Message, read_message
from hueman.studio.owners import COOKIE, Owners, new_cookie
from hueman.studio.room import UploadRoom

API = "/gradio_api"
FILE = f"{API}/file="
UPLOAD = f"{API}/upload"
JOIN = f"{API}/queue/join"
DATA = f"{API}/queue/data"
CANCEL = f"{API}/cancel"
HEARTBEAT = f"{API}/heartbeat/"
OPEN = {
    "/", "/config", "/theme.css", "/favicon.ico", "/manifest.json",
    JOIN, UPLOAD, DATA, CANCEL, f"{API}/upload_progress", f"{API}/startup-events",
    f"{API}/reset", f"{API}/theme.css", f"{API}/app_id",
}  # fmt: skip
OPEN_BELOW = ("/assets/", "/static/", "/svelte/", HEARTBEAT)
MAX_BODY = 1_000_000
"""Bytes of a request that is no upload."""
OWN_SITE = (None, b"same-origin", b"none")
"""Where a browser may say that a POST comes from; other programs say nothing."""


class Gate:
    """Passes on to gradio what the page needs, and refuses everything else.

    Args:
        app: gradio.
        folder: outside of which no path is served or accepted.
        events: numbers of the page's events.
        max_upload_bytes: of all the files of one request.
        room: for uploads.
    """

    def __init__(
        self,
        app: ASGIApp,
        folder: Path,
        events: Container[int | None],
        max_upload_bytes: int,
        room: UploadRoom,
    ):
        self._app = app
        self._folder = folder.resolve()
        self._events = events
        self._max_upload_bytes = max_upload_bytes
        self._room = room
        self._owners = Owners()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            browser = HTTPConnection(scope)
            is_new = scope["path"] == "/" and COOKIE not in browser.cookies
            send = with_headers(send, [new_cookie()] if is_new else [])
            refusal = self._refusal(scope) or self._refused_page(browser, _page_of(browser))
            if refusal is not None:
                await refusal(scope, receive, send)
            elif scope["method"] != "POST":
                await self._app(scope, receive, send)
            elif scope["path"].startswith(UPLOAD):
                await self._upload(scope, receive, send)
            elif scope["path"].rstrip("/") in (JOIN, CANCEL):
                await self._message(scope, receive, send)
            else:
                await self._app(scope, bounded(receive, MAX_BODY), send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        path = scope["path"]
        if path.startswith(FILE):
            if not self._inside(path.removeprefix(FILE)):
                return PlainTextResponse("There is no such file.", 404)
        elif path.rstrip("/") not in OPEN and path != "/" and not path.startswith(OPEN_BELOW):
            return PlainTextResponse("There is no such page.", 404)
        return self._refused_post(scope) if scope["method"] == "POST" else None

    def _refused_post(self, scope: Scope) -> PlainTextResponse | None:
        """Refuse what another site makes a browser send, and bodies of no or too much length."""
        headers = dict(scope["headers"])
        if headers.get(b"sec-fetch-site") not in OWN_SITE:
            return PlainTextResponse("Another site has sent this.", 403)
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or b"transfer-encoding" in headers:
            return PlainTextResponse("Say how long the request is.", 411)
        most = self._max_upload_bytes if scope["path"].startswith(UPLOAD) else MAX_BODY
        return PlainTextResponse("That is too large.", 413) if int(length) > most else None

    def _refused_page(self, browser: HTTPConnection, page: str | None) -> PlainTextResponse | None:
        if page is None or self._owners.allow(browser, page):
            return None
        return PlainTextResponse("This page is not yours; reload it, and allow its cookie.", 403)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let files in, if there is room for them."""
        length = int(dict(scope["headers"])[b"content-length"])
        try:
            async with self._room.taken(length):
                await self._app(scope, bounded(receive, self._max_upload_bytes), send)
        except HuemanError as none:
            await PlainTextResponse(str(none), 503)(scope, receive, send)

    async def _message(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a message of a page, once all of it is here and harmless."""
        try:
            body = await whole_body(bounded(receive, MAX_BODY))
            message = read_message(body)
        except MultiPartException as error:
            refusal = PlainTextResponse(error.message, 400)
        except HuemanError as error:
            refusal = PlainTextResponse(str(error), 400)
        else:
            refusal = self._refused_message(scope, message)
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, again(body, receive), send)

    def _refused_message(self, scope: Scope, message: Message) -> PlainTextResponse | None:
        """Refuse events that name a file elsewhere, or one on the web, which would be fetched."""
        if not all(self._inside(path) for path in message.paths):
            return PlainTextResponse("There is no such file.", 403)
        if scope["path"].rstrip("/") == JOIN and message.event not in self._events:
            return PlainTextResponse("There is no such event.", 400)
        return self._refused_page(HTTPConnection(scope), message.page)

    def _inside(self, path: str) -> bool:
        """Say whether a path, also if it is quoted once more, lies in the folder."""
        try:
            return all(
                Path(each).is_absolute() and Path(each).resolve().is_relative_to(self._folder)
                for each in (path, unquote(path))
            )
        except (OSError, ValueError):
            return False


def _page_of(browser: HTTPConnection) -> str | None:
    """Return the page whose news or heartbeat a request wants."""
    path = browser.scope["path"]
    if path.startswith(HEARTBEAT):
        return path.removeprefix(HEARTBEAT)
    return browser.query_params.get("session_hash", "") if path.rstrip("/") == DATA else None

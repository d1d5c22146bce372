"""What every answer of the studio tells a browser about its safety."""

from collections.abc import Sequence

from starlette.types import Message, Send

HEADERS = {
    # Whatever the page may contain, browsers ask nobody else for anything.
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' "
    "'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_NAMES = {name.encode() for name in HEADERS}
_OURS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


def with_headers(send: Send, more: Sequence[tuple[bytes, bytes]] = ()) -> Send:
    """Return what sends an answer with these headers, and more."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [each for each in message["headers"] if each[0].lower() not in _NAMES]
            message = {**message, "headers": [*kept, *_OURS, *more]}
        await send(message)

    return sent

"""Bodies of requests, in bounded size and time."""

import asyncio

from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive

STALL = 30.0
"""Seconds that a body may stand still on its way."""


def bounded(receive: Receive, most: int, stall: float = STALL) -> Receive:
    """Return what receives a body, and ends one that is too large, stands still or breaks off.

    It ends by MultiPartException: that is the error after which gradio deletes the part of an
    upload that it has stored already; after a lost connection it would leave it there.

    Args:
        receive: the rest of a request.
        most: bytes of its body.
        stall: seconds that it may stand still.
    """
    left, whole = most, False

    async def received() -> Message:
        nonlocal left, whole
        if whole:  # What comes now is the end of the connection.
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), stall)
        except TimeoutError:
            raise MultiPartException("The request stood still for too long.") from None
        if message["type"] != "http.request":
            raise MultiPartException("The request broke off.")
        left -= len(message.get("body", b""))
        if left < 0:
            # gradio answers 413 by these words.
            raise MultiPartException("The request is larger than the maximum allowed size.")
        whole = not message.get("more_body", False)
        return message

    return received


async def whole_body(receive: Receive) -> bytes:
    """Return all of a body.

    Raises:
        MultiPartException: as `bounded` does.
    """
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def again(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that has been read already, then whatever comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed

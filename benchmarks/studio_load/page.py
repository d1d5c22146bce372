"""A page of the studio without a browser: it speaks to the server as gradio's page does."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE = httpx.Timeout(30, read=None)
"""Seconds; whoever waits in the queue hears something every 15."""


@dataclass
class Outcome:
    """What came of an event."""

    values: list[Any] | None = None
    """For the page's parts; None if the event failed."""
    error: str | None = None
    """What the page is told then; an event may fail without a word."""
    waited: float = 0.0
    """Seconds in the queue."""
    took: float = 0.0
    """Seconds from the click to the result."""


class ServerError(Exception):
    """The server has answered as it never should."""


class Page:
    """Opens the studio, and stays until `close`.

    Args:
        url: of the studio.
    """

    def __init__(self, url: str):
        self.hash = secrets.token_hex(6)
        self._http = httpx.AsyncClient(base_url=url, timeout=PATIENCE)
        self._heartbeat: asyncio.Task | None = None
        self._events: dict[str, int] = {}

    async def open(self) -> None:
        """Load the page, and let the server know that somebody looks at it."""
        (await self._http.get("/")).raise_for_status()
        dependencies = (await self._http.get("/config")).json()["dependencies"]
        for each in dependencies:
            self._events.setdefault(each["api_name"], each["id"])
        by_number = {each["id"]: each for each in dependencies}
        loaded = next(each for each in dependencies if _is_load(each))
        begun = next(each for each in dependencies if each["trigger_after"] == loaded["id"])
        self._events["open"] = begun["id"]
        self._events["queue"] = by_number[self._events["video"]]["trigger_after"]
        self._heartbeat = asyncio.create_task(self._beat())

    async def close(self) -> None:
        """Go away, as when the tab is closed."""
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            await asyncio.gather(self._heartbeat, return_exceptions=True)
        await self._http.aclose()

    async def _beat(self) -> None:
        async with self._http.stream("GET", f"/gradio_api/heartbeat/{self.hash}") as beats:
            async for _ in beats.aiter_raw():
                pass

    async def event(
        self,
        name: str,
        data: list[Any],
        selected: int | None = None,
        told: Callable[[int], None] = lambda position: None,
    ) -> Outcome:
        """Do something on the page, and wait for what comes of it.

        Args:
            name: of the callback; "open" begins the session, "queue" asks for a place.
            data: what the callback's parts hold.
            selected: the number of a picture that was clicked on.
            told: hears each position in the queue, 0 for the next.

        Raises:
            ServerError: of 500 and more, or a stream that ends without a result.
        """
        body = {"data": data, "fn_index": self._events[name], "session_hash": self.hash}
        if selected is not None:
            body["event_data"] = {"index": selected, "value": None}
        begun = time.monotonic()
        answer = await self._http.post("/gradio_api/queue/join", json=body)
        if answer.status_code != 200:
            raise ServerError(f"{answer.status_code} {answer.text[:200]}")
        outcome = Outcome()
        news = self._news(answer.json()["event_id"])
        async with aclosing(news):
            async for message in news:
                now = time.monotonic() - begun
                if message["msg"] == "estimation":
                    told(message["rank"])
                elif message["msg"] == "process_starts":
                    outcome.waited = now
                elif message["msg"] == "process_completed":
                    outcome.took = now
                    if message["success"]:
                        outcome.values = message["output"]["data"]
                    else:
                        outcome.error = message["output"].get("error")
                    return outcome
        raise ServerError("the stream ended without a result")

    async def _news(self, event: str) -> AsyncGenerator[dict[str, Any], None]:
        """Yield what the server tells of an event."""
        url = f"/gradio_api/queue/data?session_hash={self.hash}"
        async with self._http.stream("GET", url) as stream:
            if stream.status_code != 200:
                raise ServerError(f"{stream.status_code} of the queue")
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    message = json.loads(line.removeprefix("data:"))
                    if message["msg"] == "unexpected_error":
                        raise ServerError(message["message"])
                    if message.get("event_id") == event:
                        yield message

    async def file(self, path: str) -> bytes:
        """Fetch a file that the server has named."""
        answer = await self._http.get(f"/gradio_api/file={path}")
        if answer.status_code != 200:
            raise ServerError(f"{answer.status_code} of a file")
        return answer.content


def path_in(value: Any) -> str | None:
    """Return the path of the first file in what an event has returned."""
    if isinstance(value, dict):
        if isinstance(value.get("path"), str):
            return value["path"]
        value = list(value.values())
    if isinstance(value, list):
        return next(filter(None, map(path_in, value)), None)
    return None


def _is_load(dependency: dict[str, Any]) -> bool:
    return any(event == "load" for _, event in dependency["targets"])

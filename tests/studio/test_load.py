"""Several visitors at once: bounded, each with a place told and a result of their own."""

import asyncio
import time

import pytest

from benchmarks.studio_load import page

pytest.importorskip("gradio", reason="gradio is not installed")

USERS = 4


async def visit(studio, number: int, started: asyncio.Barrier):
    """Ask for a video in a colour of one's own; return places told, what was said, the folder."""
    mine, places = page.Page(studio.url), []
    color = f"#{40 + 50 * number:02x}6080"
    outfit = ["other", color, "own", "#000000"]
    try:
        await mine.open()
        shown = await mine.event("open", outfit)
        await started.wait()
        place = await mine.event("queue", [])
        await started.wait()
        if place.values is None:
            return color, places, place.error, None
        made = await mine.event("video", outfit, told=places.append)
        path = page.path_in(made.values)
        assert path.rpartition("/")[0] == page.path_in(shown.values).rpartition("/")[0]
        assert (await mine.file(path))[4:8] == b"ftyp"
        return color, places, made.values[2], path.rpartition("/")[0]
    finally:
        await mine.close()


async def crowd(studio):
    started = asyncio.Barrier(USERS)
    return await asyncio.gather(*(visit(studio, number, started) for number in range(USERS)))


def test_a_crowd_is_served_in_turn_refused_in_a_line_and_leaves_nothing(crowded_studio):
    before = {path for path in crowded_studio.root.rglob("*") if path.is_file()}
    seen = asyncio.run(crowd(crowded_studio))
    refused = [said for _, _, said, folder in seen if folder is None]
    served = [each for each in seen if each[3] is not None]
    assert refused == ["The queue is full: 3 people wait already; try again later."]
    for color, _, said, _ in served:
        assert f"{color[1:]} was asked for" in said
    assert len({folder for *_, folder in served}) == len(served) == 3
    assert max(place for _, places, _, _ in served for place in places) >= 1
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        left = {path for path in crowded_studio.root.rglob("*") if path.is_file()} - before
        if not left:
            break
        time.sleep(0.1)
    assert not left

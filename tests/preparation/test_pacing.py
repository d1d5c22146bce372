"""What is written again and again: how often, and that nothing is lost."""

import pytest

from hueman.preparation import pacing
from hueman.preparation.pacing import SHARE, kept_up


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only when a test says so."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(pacing.time, "monotonic", lambda: Clock.now)
    return Clock


def count_up(clock, lines: int, work: float, a_line: float) -> list[int]:
    """Add lines, `work` seconds apart, to a file whose writing takes so long for each line."""
    held: list[int] = []
    written: list[int] = []

    def write() -> None:
        clock.now += a_line * len(held)
        written.append(len(held))

    with kept_up(write) as keep:
        for line in range(lines):
            clock.now += work
            held.append(line)
            keep()
    return written


def test_what_is_small_is_written_each_time(clock):
    assert count_up(clock, 50, work=1.0, a_line=1e-4) == list(range(1, 51))


def test_time_for_writing_grows_as_the_work_does(clock):
    for lines in (1000, 4000, 16000):
        started = clock.now
        written = count_up(clock, lines, work=0.1, a_line=1e-3)
        spent = clock.now - started - 0.1 * lines
        assert spent <= SHARE / (1 - SHARE) * 0.1 * lines + 2 * 1e-3 * lines
        assert written[-1] == lines  # nothing is left out at the end


def test_what_waits_is_written_when_the_work_fails(clock):
    written = []

    def write() -> None:
        clock.now += 1.0
        written.append(len(changes))

    changes: list[str] = []

    def fail_after(names: tuple[str, ...]) -> None:
        with kept_up(write) as keep:
            for name in names:
                changes.append(name)
                keep()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_after(("a", "b"))
    assert written == [1, 2]

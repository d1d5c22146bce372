"""Learning curves: what is in the log is in the picture."""

import json

import cv2
import matplotlib.axes
import numpy as np
import pytest

from hueman.training.curves import SMOOTHING, draw_curves


def write_log(path, count):
    """A noisy falling loss at every update, and a measurement at every tenth."""
    noise = np.random.default_rng(0).normal(size=count)
    with path.open("w", encoding="utf-8") as file:
        for step in range(1, count + 1):
            row = {"step": step, "l1": float(np.exp(-2 * step / count) + 0.1 * noise[step - 1])}
            if step % 10 == 0:
                row["measured/r2"] = step / count
            file.write(json.dumps(row) + "\n")
    return path


@pytest.fixture
def drawn(monkeypatch):
    """The lines that matplotlib is told to draw, by the titles of their panels."""
    lines = {}
    plot, title = matplotlib.axes.Axes.plot, matplotlib.axes.Axes.set_title

    def noted_plot(self, steps, values, *rest, **options):
        lines.setdefault(id(self), []).append((list(steps), list(values)))
        return plot(self, steps, values, *rest, **options)

    def noted_title(self, text, *rest, **options):
        lines[text] = lines.pop(id(self))
        return title(self, text, *rest, **options)

    monkeypatch.setattr(matplotlib.axes.Axes, "plot", noted_plot)
    monkeypatch.setattr(matplotlib.axes.Axes, "set_title", noted_title)
    return lines


@pytest.mark.parametrize("count", [30, 2000])
def test_every_value_is_drawn_where_it_was_logged(tmp_path, drawn, count):
    picture = tmp_path / "curves.png"
    draw_curves(write_log(tmp_path / "log.jsonl", count), picture)
    pixels = cv2.imread(str(picture))
    assert pixels is not None
    assert pixels.shape[1] > pixels.shape[0] > 100
    blue = (pixels[..., 0].astype(int) - pixels[..., 2]) > 60
    assert blue.mean() > 0.001
    assert set(drawn) == {"l1", "measured/r2"}
    steps, values = drawn["measured/r2"][0]
    assert steps == list(range(10, count + 1, 10))
    assert values == [step / count for step in steps]
    assert drawn["l1"][0][0] == list(range(1, count + 1))


def test_long_logs_are_smoothed_and_short_ones_not(tmp_path, drawn):
    for count in (30, 2000):
        draw_curves(write_log(tmp_path / "log.jsonl", count), tmp_path / "curves.png")
        (_, raw), (_, other) = drawn.pop("l1")
        if count < SMOOTHING:
            assert raw == other
            continue
        assert np.abs(np.diff(other)).mean() < 0.1 * np.abs(np.diff(raw)).mean()
        truth = np.exp(-2 * np.arange(1, count + 1) / count)
        assert np.abs(np.array(other) - truth).max() < 0.1  # also at both ends


def test_an_empty_log_gives_no_picture(tmp_path):
    log = tmp_path / "log.jsonl"
    log.touch()
    draw_curves(log, tmp_path / "curves.png")
    assert not (tmp_path / "curves.png").exists()

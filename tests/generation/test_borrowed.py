"""Colours taken from pictures of people."""

import cv2
import numpy as np
import pytest
from skimage.color import deltaE_ciede2000

from hueman.clips.video import Video
from hueman.color.names import parse_color
from hueman.color.recolor import mean_color
from hueman.errors import HuemanError
from hueman.generation.borrowed import borrowed_color
from hueman.generation.content import Content


def test_a_garments_colour_is_taken_from_a_picture(clips_folder, tmp_path):
    frame = next(iter(Video(clips_folder / "mustard" / "salute.mp4")))
    cv2.imwrite(str(tmp_path / "photo.png"), frame[..., ::-1])
    truth = np.load(clips_folder / "mustard" / "salute.truth.npz")
    for garment in ("upper", "lower"):
        mask = truth[garment][:1].astype(np.uint8) * 255
        own = mean_color(cv2.resize(frame, mask.shape[:0:-1])[None], mask)
        found = parse_color(borrowed_color(tmp_path / "photo.png", garment))
        assert deltaE_ciede2000(found, own) < 3


def test_a_missing_garment_is_said(truth_dataset, monkeypatch):
    path = truth_dataset.root / truth_dataset.entry("plaid", "march").file
    clip = truth_dataset.read(truth_dataset.entry("plaid", "march"))
    bare = type(clip)(**{**vars(clip), "lower": np.zeros_like(clip.lower)})
    monkeypatch.setattr(
        "hueman.generation.borrowed.read_content", lambda *_: Content(bare, bare.pose)
    )
    assert borrowed_color(path, "upper").startswith("lab(")
    with pytest.raises(HuemanError, match="shows no lower garment"):
        borrowed_color(path, "lower")

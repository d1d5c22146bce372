"""The generator in bfloat16."""

import numpy as np
import pytest
import torch
from tiny_model import tiny_model

from hueman.errors import HuemanError
from hueman.generation.precision import choose_precision
from hueman.generation.predictor import Predictor

CPU = torch.device("cpu")


def test_the_precision_is_that_of_the_processor_unless_it_is_chosen(monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    assert choose_precision("auto", CPU) == torch.bfloat16
    assert choose_precision("fp32", CPU) == torch.float32
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": False})
    assert choose_precision("auto", CPU) == torch.float32
    assert choose_precision("bf16", CPU) == torch.bfloat16
    with pytest.raises(HuemanError, match="fp64"):
        choose_precision("fp64", CPU)


def test_frames_are_nearly_the_same_in_both(truth_dataset):
    clip = truth_dataset.read(truth_dataset.entry("plaid", "salute"))
    videos = []
    for precision in ("fp32", "bf16"):
        predictor = Predictor(tiny_model(), "cpu", precision)
        person = predictor.content(clip)
        frames = predictor.generate(person, clip.pose[:4], predictor.clothes(person))
        videos.append(np.stack(list(frames)).astype(int))
    difference = abs(videos[0] - videos[1])
    assert 0 < difference.mean() < 1.5

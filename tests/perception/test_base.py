import pickle
from typing import get_args, get_type_hints

import numpy as np
import pytest

from hueman.errors import HuemanError
from hueman.perception.base import (
    check_frames,
    class_segmenter,
    edge_detector,
    pose_estimator,
    weights_of,
)
from hueman.preparation.settings import PrepareSettings
from hueman.weights.catalogue import WEIGHTS


def test_unknown_backends_are_named():
    with pytest.raises(HuemanError, match=r"'kinect'.*blazepose, openpose and openpose-mobilenet"):
        pose_estimator("kinect")
    with pytest.raises(HuemanError, match=r"'canny'.*hed, rcf and rcf-multiscale"):
        edge_detector("canny")
    with pytest.raises(HuemanError, match=r"'coarse'.*fine or fused"):
        edge_detector("hed", "coarse")  # type: ignore[arg-type]
    with pytest.raises(HuemanError, match=r"'schp'.*body and multiclass"):
        class_segmenter("schp")


def test_workers_can_make_them_by_name():
    assert pickle.loads(pickle.dumps(pose_estimator)) is pose_estimator
    assert pickle.loads(pickle.dumps(edge_detector)) is edge_detector


def test_every_choice_of_prepare_names_weights_that_there_are():
    kinds = get_type_hints(PrepareSettings)
    backends = [name for kind in ("pose", "edges", "garments") for name in get_args(kinds[kind])]
    assert len(backends) >= 8
    assert {name for backend in backends for name in weights_of(backend)} <= WEIGHTS.keys()
    assert weights_of("multiclass") == ("selfie-multiclass",)
    assert weights_of("body") == ()
    assert class_segmenter("body") is None
    assert weights_of("openpose-mobilenet") == ("openpose-mobilenet", "blazepose")


@pytest.mark.parametrize("frames", [np.zeros((2, 8, 8, 3)), np.zeros((8, 8, 3), np.uint8)])
def test_only_clips_are_perceived(frames):
    with pytest.raises(ValueError, match=r"uint8 \(T, H, W, 3\)"):
        check_frames(frames)

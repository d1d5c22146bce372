"""Methods without a network: the copied frame, and the frame whose parts are moved."""

import cv2
import numpy as np
import pytest
import torch

from hueman.appearance.plate import background_plate, person_holes
from hueman.evaluation.color_control import requested_outfit
from hueman.evaluation.held_out import HeldOutClip, read_held_out
from hueman.evaluation.method import OWN, CodedMethod
from hueman.evaluation.plain_methods import CopiedFrame, WarpedFrame
from hueman.evaluation.similarity import mask_background
from hueman.training.frames import Frames

SIZE = (96, 64)
COPY, WARP = CopiedFrame(SIZE), WarpedFrame(SIZE)


@pytest.fixture(scope="module")
def clips(truth_dataset) -> dict[tuple[str, str], HeldOutClip]:
    clips = read_held_out(truth_dataset, truth_dataset.entries, *SIZE)
    return {(clip.actor, clip.action): clip for clip in clips}


@pytest.fixture(scope="module")
def march(clips) -> Frames:
    return clips["plaid", "march"].frames


def masked_error(video, frames):
    """Mean difference of persons in all frames but the first."""
    made, true = (mask_background(each, frames.person) for each in (video, frames.pictures()))
    return float((made - true)[1:].abs().mean())


@pytest.mark.parametrize("method", [COPY, WARP])
def test_videos_have_the_promised_shape_and_no_codes(march, method):
    video = method.generate(march[:1], march.pose, [OWN, requested_outfit(0, 2, march)])
    assert method.size == SIZE
    assert video.shape == (2, len(march), 3, *SIZE)
    assert video.abs().max() <= 1
    assert not isinstance(method, CodedMethod)


def test_the_copy_repeats_the_frame_in_every_outfit(march):
    red = requested_outfit(0, 2, march)
    video = COPY.generate(march[:1], march.pose, [OWN, red])
    own, other = march[:1].pictures(), march[:1].recolored(*red.chroma())
    assert all(torch.equal(frame, own[0]) for frame in video[0])
    assert all(torch.equal(frame, other[0]) for frame in video[1])
    assert (own - other).abs().max() > 0.3


def test_the_same_pose_gives_the_person_back(clips):
    for clip in clips.values():
        content = clip.frames[:1]
        outfit = requested_outfit(0, 2, content)
        videos = WARP.generate(content, content.pose, [OWN, outfit])
        expected = torch.cat([content.pictures(), content.recolored(*outfit.chroma())])
        inside = (content.person > 200).expand(2, 3, -1, -1)
        assert (videos[:, 0] - expected)[inside].abs().mean() < 0.002


def test_a_moved_pose_moves_the_person(march):
    pose = march[:1].pose.clone()
    pose[..., 0] += 22
    video = WARP.generate(march[:1], pose, [OWN])[0]
    moved = march[:1].shifted(torch.tensor([22]))
    inside = (moved.person > 200).expand(-1, 3, -1, -1)
    torch.testing.assert_close(video[inside], moved.pictures()[inside], atol=1e-4, rtol=0)


def test_where_the_person_was_the_inpainted_background_is_shown(march):
    pose = march[:1].pose.clone()
    pose[..., 0] += 22
    video = WARP.generate(march[:1], pose, [OWN])[0, 0]
    moved = (march[:1].shifted(torch.tensor([22])).person[0, 0] > 0).numpy().astype(np.uint8)
    free = torch.from_numpy(cv2.dilate(moved, np.ones((5, 5), np.uint8)) == 0)
    plate = background_plate(march.rgb[:1], person_holes(march.person[:1])).float() / 127.5 - 1
    torch.testing.assert_close(video[:, free], plate[:, free])
    untouched = free & (march.person[0, 0] == 0)
    assert untouched.float().mean() > 0.4


def test_warp_beats_the_copy_where_legs_move(clips):
    for actor in ("plaid", "mustard"):
        frames = clips[actor, "march"].frames
        warped, copied = (
            method.generate(frames[:1], frames.pose, [OWN])[0] for method in (WARP, COPY)
        )
        assert masked_error(warped, frames) < 0.8 * masked_error(copied, frames)
        whole = [(video - frames.pictures())[1:].abs().mean() for video in (warped, copied)]
        assert whole[0] < 0.8 * whole[1]

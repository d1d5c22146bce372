import numpy as np
import pytest

from hueman.perception.one_person import choose_person, prominence


def person(x: float, size: float = 100.0, confidence: float = 0.8) -> np.ndarray:
    """Return 18 joints in a box of this height and half its width."""
    joints = np.random.default_rng(0).uniform(0, 1, (18, 3)) * [size / 2, size, 0] + [x, 0, 0]
    joints[:, 2] = confidence
    return joints.astype(np.float32)


def test_the_large_and_sure_one_is_taken_first():
    large, small, faint = person(0, 200), person(300, 90), person(600, 200, confidence=0.3)
    assert choose_person([small, faint, large]) is large
    assert prominence(large) > prominence(faint) > 0


def test_the_one_before_is_followed_past_a_larger_one():
    before, now, passer_by = person(100), person(110), person(160, 220)
    assert choose_person([passer_by, now], before) is now
    assert choose_person([passer_by, now]) is passer_by


def test_nobody_jumps_through_the_frame():
    """The one before has left, so it is about who is to be seen."""
    before, left, right = person(0), person(500, 150), person(200, 80)
    assert choose_person([right, left], before) is left


def test_people_without_a_joint_in_common_are_not_near():
    before, other = person(0), person(0)
    before[9:, 2], other[:9, 2] = 0, 0
    larger = person(400, 300)
    assert choose_person([other, larger], before) is larger
    assert choose_person([other, larger], np.zeros((18, 3), np.float32)) is larger


def test_nobody_has_no_prominence_and_cannot_be_chosen():
    assert prominence(np.zeros((18, 3))) == 0
    with pytest.raises(ValueError, match="one person"):
        choose_person([])

from pathlib import Path

import numpy as np
import pytest

from hueman.errors import HuemanError
from hueman.features.skeleton import JOINT
from hueman.generation.actions import read_action
from hueman.generation.retarget import retarget

CLIPS = Path(__file__).parents[2] / "examples" / "clips"
ANKLES = [JOINT["right_ankle"], JOINT["left_ankle"]]
ACTIONS = ("wave_both", "sidestep", "march", "jack")


def true_poses(actor, action):
    with np.load(CLIPS / actor / f"{action}.truth.npz") as arrays:
        return np.concatenate([arrays["pose"], np.ones((48, 18, 1), np.float32)], axis=2)


def error(first, second):
    """Mean distance of joints in pixels."""
    return np.linalg.norm(first[..., :2] - second[..., :2], axis=-1).mean()


def moved(poses, scale, shift):
    result = poses.copy()
    result[..., :2] = poses[..., :2] * scale + np.array(shift)
    return result


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_comes_close_to_the_same_action_of_another_person(action):
    driving, truth = true_poses("stripes", action), true_poses("mustard", action)
    retargeted = error(retarget(driving, truth[0]), truth)
    assert retargeted < 4.5
    assert retargeted < 0.15 * error(driving, truth)
    feet = truth[0, ANKLES, :2].mean(axis=0)
    height = truth[0, ANKLES, 1].mean() - truth[0, JOINT["neck"], 1]
    scale = height / (driving[0, ANKLES, 1].mean() - driving[0, JOINT["neck"], 1])
    similar = moved(driving, scale, feet - scale * driving[0, ANKLES, :2].mean(axis=0))
    # A single frame of the other person leaves some doubt about lengths of limbs; a clip does not.
    assert error(retarget(driving, truth), truth) < 0.55 * error(similar, truth)


@pytest.mark.parametrize("action", ACTIONS)
def test_retargeting_to_oneself_changes_almost_nothing(action):
    poses = true_poses("checker", action)
    assert error(retarget(poses, poses[0]), poses) < 0.5
    assert error(retarget(poses, poses), poses) < 0.5


def test_size_and_place_of_the_driver_do_not_matter():
    driving, content = true_poses("plaid", "jack"), true_poses("checker", "jack")[0]
    expected = retarget(driving, content)
    found = retarget(moved(driving, 0.4, (300, -50)), content)
    np.testing.assert_allclose(found[..., :2], expected[..., :2], atol=0.05)


def test_feet_stay_on_the_floor_of_the_content():
    driving, content = true_poses("stripes", "march"), true_poses("mustard", "march")[0]
    result = retarget(driving, content)
    lowest = result[:, ANKLES, 1].max(axis=1)
    assert np.abs(lowest - content[ANKLES, 1].max()).max() < 6


def test_missing_joints_stay_missing_and_disturb_no_other():
    driving, content = true_poses("plaid", "wave_both"), true_poses("checker", "wave_both")[0]
    whole = retarget(driving, content)
    holes = driving.copy()
    elbow, knee = JOINT["left_elbow"], JOINT["right_knee"]
    holes[5:20, elbow] = np.nan, np.nan, 0
    holes[7, JOINT["neck"], 2] = 0
    holes[10, knee] = -1e6, 1e6, 0
    result = retarget(holes, content)
    assert np.isfinite(result).all()
    np.testing.assert_array_equal(result[..., 2], holes[..., 2])
    assert error(result[[0, 30]], whole[[0, 30]]) < 0.5
    others = [j for j in range(18) if j not in (JOINT["left_elbow"], knee, JOINT["neck"])]
    assert error(result[:, others], whole[:, others]) < 1.5


def test_a_foreshortened_content_limb_gets_the_length_of_the_body():
    driving = true_poses("plaid", "wave_both")
    content = driving[0].copy()
    content[JOINT["left_wrist"], :2] = content[JOINT["left_elbow"], :2] + 1
    forearms = retarget(driving, content)
    lengths = [
        np.linalg.norm(
            poses[:, JOINT["left_wrist"], :2] - poses[:, JOINT["left_elbow"], :2], axis=1
        )
        for poses in (forearms, driving)
    ]
    assert np.median(lengths[0] / lengths[1]) > 0.75


def test_content_without_feet_is_placed_by_the_neck():
    driving, content = true_poses("plaid", "salute"), true_poses("mustard", "salute")[0]
    legs = ("right_knee", "left_knee", "right_ankle", "left_ankle")
    content[[JOINT[name] for name in legs], 2] = 0
    result = retarget(driving, content)
    np.testing.assert_allclose(result[0, JOINT["neck"], :2], content[JOINT["neck"], :2], atol=1e-3)


def test_nobody_in_the_poses_is_a_clear_error():
    poses = true_poses("plaid", "salute")
    nobody = np.zeros((3, 18, 3), np.float32)
    with pytest.raises(HuemanError, match="driving poses"):
        retarget(nobody, poses[0])
    with pytest.raises(HuemanError, match="content frame"):
        retarget(poses, nobody)
    with pytest.raises(ValueError, match="17, 3"):
        retarget(poses, poses[0, :17])


def test_a_short_neck_is_not_taken_for_a_bow():
    """Somebody upright whose neck is short looks like the driver, bowed a little."""
    driving = read_action("bow")
    content, head = driving[0].copy(), [0, 14, 15, 16, 17]
    content[head, :2] += 0.25 * (content[JOINT["neck"], :2] - content[JOINT["nose"], :2])
    first = retarget(driving, content)[0]
    neck = [pose[JOINT["neck"], 1] - pose[JOINT["nose"], 1] for pose in (first, content)]
    assert neck[0] == pytest.approx(neck[1], rel=0.1)

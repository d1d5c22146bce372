import subprocess
import sys

import numpy as np
import pytest

from hueman.choreography.actions import ACTIONS
from hueman.errors import HuemanError
from hueman.features.skeleton import JOINT, JOINTS
from hueman.generation.actions import ACTION_FPS, builtin_actions, read_action


def test_all_choreographed_actions_are_there():
    assert builtin_actions() == tuple(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_are_whole_people_in_the_picture_who_come_back_to_rest(name):
    pose = read_action(name)
    assert pose.shape == (50, 18, 3)
    assert pose.dtype == np.float32
    assert ACTION_FPS == 25
    assert (pose[..., 2] == 1).all()
    assert (pose[..., :2] > 0).all()
    assert (pose[..., :2] < (256, 384)).all()
    np.testing.assert_allclose(pose[0], pose[-1], atol=3)
    assert np.abs(pose - pose[0]).max() > 10
    assert (pose[:, JOINT["left_shoulder"], 0] > pose[:, JOINT["right_shoulder"], 0]).all()


@pytest.mark.parametrize("name", ["wave_right", "jack", "march"])
def test_actions_are_those_of_the_rendered_clips(name, clips_folder):
    """The bundled clips show the same actor; only the phase of their sway is drawn at random."""
    truth = np.load(clips_folder / "plaid" / f"{name}.truth.npz")
    scale = 384 / truth["parts"].shape[1]
    rendered = (truth["pose"] + 0.5) * scale - 0.5
    times = np.linspace(0, 49, len(rendered))
    pose = read_action(name)
    for joint, axis in np.ndindex(len(JOINTS), 2):
        ours = np.interp(times, np.arange(50), pose[:, joint, axis])
        np.testing.assert_allclose(ours, rendered[:, joint, axis], atol=4)


def test_an_unknown_action_lists_the_known_ones():
    with pytest.raises(HuemanError, match=r"'moonwalk'.*wave_right, .*, arms_front\."):
        read_action("moonwalk")


def test_neither_numba_nor_the_renderer_is_needed():
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "from hueman.generation.driving import driving_poses\n"
        "poses, fps = driving_poses('jack')\n"
        "print(poses.shape, any('choreography' in name for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "(50, 18, 3) False"

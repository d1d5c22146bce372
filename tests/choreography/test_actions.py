from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from hueman.choreography.actions import ACTIONS, REST, Action, Manner, perform
from hueman.choreography.cast import CAST
from hueman.choreography.rig import Arm, Posture, blend
from hueman.choreography.rotations import unit
from hueman.features.skeleton import JOINT

EVERY = pytest.mark.parametrize("action", ACTIONS)
WIDTH, HEIGHT = 256, 384


@pytest.fixture(scope="module")
def joints_at(dressed):
    """Joints (18, 3) of one actor in a posture."""
    actor = dressed("plaid")
    return lambda posture: actor.joints(actor.rig.transforms(posture))


def test_there_are_sixteen_actions():
    assert list(ACTIONS) == [
        "wave_right", "wave_left", "wave_both", "salute", "sidestep", "march", "squat", "bow",
        "clap", "boxing", "jack", "lunge", "point", "twist", "kick", "arms_front",
    ]  # fmt: skip


@EVERY
def test_actions_begin_and_end_at_rest(action, joints_at):
    first, last = ACTIONS[action].at(0.0), ACTIONS[action].at(1.0)
    assert first == last
    # Squats and jumping jacks have a stance of their own.
    rest = replace(REST, stance=first.stance) if action in ("squat", "jack") else REST
    np.testing.assert_allclose(joints_at(first), joints_at(rest), atol=1e-9)


@EVERY
@pytest.mark.parametrize("time", [-0.01, 1.01, float("nan")])
def test_a_time_outside_the_action_is_refused(action, time):
    with pytest.raises(ValueError, match=r"time must be 0\.\.1, got"):
        ACTIONS[action].at(time)


@EVERY
def test_keys_are_in_order(action):
    times = [time for time, _ in ACTIONS[action].keys]
    assert times[0] == 0
    assert times[-1] == 1
    assert all(first < second for first, second in pairwise(times))


@EVERY
def test_movements_go_through_their_keys_and_stop_there(action, joints_at):
    for time, posture in ACTIONS[action].keys:
        exactly = joints_at(ACTIONS[action].at(time))
        np.testing.assert_allclose(exactly, joints_at(posture), atol=1e-6)
        for near in (time - 1e-4, time + 1e-4):
            if 0 <= near <= 1:
                # Movements start and stop smoothly: there is no speed at a key.
                slow = joints_at(ACTIONS[action].at(near)) - exactly
                assert np.abs(slow).max() < 1e-3


@EVERY
def test_movement_is_continuous(action, joints_at):
    times = np.linspace(0, 1, 100)
    places = np.array([joints_at(ACTIONS[action].at(time)) for time in times])
    steps = np.linalg.norm(np.diff(places, axis=0), axis=2)
    assert steps.max() < 1.5
    assert np.ptp(places, axis=0).max() > 1, "something moves"
    # Where joints move fastest, ten times as many frames show a tenth of the way in each.
    worst = steps.max(axis=1).argmax()
    finer = np.linspace(times[worst], times[worst + 1], 11)
    fine = np.array([joints_at(ACTIONS[action].at(time)) for time in finer])
    assert np.linalg.norm(np.diff(fine, axis=0), axis=2).max() < 0.15 * steps.max()


def test_the_whole_person_stays_in_the_picture(dressed, camera_of):
    for name in CAST:
        actor = dressed(name)
        camera = camera_of(actor, HEIGHT, WIDTH)
        for action, movement in ACTIONS.items():
            # The last of nine times is the first again.
            for time in np.linspace(0, 1, 9)[:-1]:
                seen = camera.project(actor.pose(movement.at(time)).vertices)
                low, high = seen[:, :2].min(axis=0), seen[:, :2].max(axis=0)
                assert (low >= 1).all(), (name, action, time)
                assert (high <= [WIDTH - 1, HEIGHT - 1]).all(), (name, action, time)
                assert seen[:, 2].min() > 20, "far from the camera"


@EVERY
def test_limbs_cross_each_other_little(action, joints_at):
    """Hands do not pass through each other, nor through trunk or head."""
    for time in np.linspace(0, 1, 26):
        joints = joints_at(ACTIONS[action].at(time))
        wrists = joints[[JOINT["left_wrist"], JOINT["right_wrist"]]]
        assert np.linalg.norm(wrists[0] - wrists[1]) > 0.8
        trunk = np.linspace(
            joints[JOINT["neck"]], joints[[JOINT["left_hip"], JOINT["right_hip"]]].mean(axis=0), 9
        )
        distance = np.linalg.norm(wrists[:, None] - trunk[None], axis=2)
        assert distance.min() > 1.2
        assert np.linalg.norm(wrists - joints[JOINT["nose"]], axis=1).min() > 0.9


def test_left_and_right_waves_mirror_each_other(joints_at):
    right, left = ACTIONS["wave_right"], ACTIONS["wave_left"]
    for time in (0.2, 0.45, 0.7):
        one, other = joints_at(right.at(time)), joints_at(left.at(time))
        for joint in ("wrist", "elbow"):
            mirrored = other[JOINT[f"left_{joint}"]] * [-1, 1, 1]
            np.testing.assert_allclose(one[JOINT[f"right_{joint}"]], mirrored, atol=0.02)


def test_actions_do_what_their_names_say(joints_at):
    def at(action, time):
        joints = joints_at(ACTIONS[action].at(time))
        return {name: joints[number] for name, number in JOINT.items()}

    rest = at("bow", 0)
    assert at("wave_right", 0.5)["right_wrist"][1] > rest["neck"][1]
    assert at("wave_both", 0.5)["left_wrist"][1] > rest["nose"][1]
    salute = at("salute", 0.5)
    assert np.linalg.norm(salute["right_wrist"] - salute["right_eye"]) < 2.5
    assert at("sidestep", 0.48)["right_ankle"][0] > rest["right_ankle"][0] + 1
    assert at("march", 0.125)["left_knee"][1] > rest["left_knee"][1] + 1.5
    assert at("squat", 0.45)["right_hip"][1] < rest["right_hip"][1] - 2.5
    assert at("bow", 0.5)["nose"][2] > rest["nose"][2] + 2
    assert at("bow", 0.5)["nose"][1] < rest["nose"][1] - 1
    wide, narrow = at("jack", 0.25), at("jack", 0.5)
    assert wide["left_wrist"][1] > wide["nose"][1]
    assert wide["left_ankle"][0] > narrow["left_ankle"][0] + 0.8
    assert at("lunge", 0.36)["left_knee"][0] > rest["left_knee"][0] + 1
    assert at("kick", 0.3)["right_ankle"][2] > rest["right_ankle"][2] + 3
    assert at("arms_front", 0.3)["left_wrist"][2] > rest["left_wrist"][2] + 3
    left, right = at("twist", 0.3), at("twist", 0.5)
    assert left["nose"][0] > 0.5 > -0.5 > right["nose"][0]
    gap = {
        time: np.linalg.norm(at("clap", time)["left_wrist"] - at("clap", time)["right_wrist"])
        for time in (0.16, 0.25)
    }
    assert gap[0.25] < 0.5 * gap[0.16]
    blows = [at("boxing", time) for time in (0.2, 0.4)]
    assert blows[0]["left_wrist"][2] > blows[0]["right_wrist"][2] + 1
    assert blows[1]["right_wrist"][2] > blows[1]["left_wrist"][2] + 1
    assert at("point", 0.3)["left_wrist"][0] > 3


ACTION = Action(((0, REST), (0.5, Posture(left_arm=Arm(upper=(1, 0, 0)), lean=10)), (1, REST)))


def raised(posture: Posture) -> float:
    """Height of the left elbow above the shoulder, for an upper arm of length 1."""
    return float(unit(np.array(posture.left_arm.upper))[1])


def test_speed_does_it_earlier_or_does_not_finish():
    quick, slow = Manner(speed=2.0), Manner(speed=0.5)
    for time in (0.1, 0.3, 0.5):
        assert raised(perform(ACTION, time, quick)) == pytest.approx(raised(ACTION.at(2 * time)))
        assert raised(perform(ACTION, time, slow)) == pytest.approx(raised(ACTION.at(time / 2)))
    # What is done early is followed by a rest; what is slow has come half way in the end.
    assert raised(REST) < -0.9
    assert raised(perform(ACTION, 0.8, quick)) == pytest.approx(raised(REST))
    assert raised(perform(ACTION, 1.0, slow)) == pytest.approx(0)


@pytest.mark.parametrize("amplitude", [0.5, 0.8, 1.0])
def test_amplitude_scales_the_movement(amplitude, joints_at):
    performed = perform(ACTION, 0.5, Manner(amplitude=amplitude))
    expected = blend(REST, ACTION.at(0.5), amplitude)
    np.testing.assert_allclose(
        joints_at(replace(performed, lean=expected.lean, pelvis=expected.pelvis)),
        joints_at(expected),
        atol=1e-9,
    )
    # The lean also has the breath, which does not depend on the amplitude.
    breath = perform(ACTION, 0.5, Manner()).lean - 10
    assert performed.lean == pytest.approx(10 * amplitude + breath)


def test_a_living_body_sways_a_little_and_never_jumps(joints_at):
    still = Action(((0, REST), (1, REST)))
    for phase in (0.0, 0.3):
        frames = [perform(still, time, Manner(phase=phase)) for time in np.linspace(0, 1, 100)]
        places = np.array([joints_at(frame) for frame in frames])
        noses = places[:, JOINT["nose"]]
        assert 0.02 < np.ptp(noses, axis=0).max() < 0.5
        assert np.abs(np.diff(places, axis=0)).max() < 0.05
        feet = places[:, [JOINT["left_ankle"], JOINT["right_ankle"]]]
        np.testing.assert_allclose(feet - feet[:1], 0, atol=1e-6)
    one, other = (perform(still, 0.2, Manner(phase=phase)) for phase in (0.0, 0.3))
    assert one.pelvis != other.pelvis

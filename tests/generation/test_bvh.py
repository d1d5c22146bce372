import numpy as np
import pytest
from bvh_person import JOINTS, PROGRAMS, bvh_text, moving
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hueman.errors import HuemanError
from hueman.generation import bvh
from hueman.generation.bvh import read_bvh

CHAIN = """HIERARCHY
ROOT Base
{
    OFFSET 1 2 3
    CHANNELS 5 Yposition Zposition Zrotation Xrotation Yrotation
    JOINT Middle part
    {
        OFFSET 0 10 0
        CHANNELS 2 Yrotation Zrotation
        End Site
        {
            OFFSET 0 0 4
        }
    }
}
MOTION
Frames: 2
Frame Time: 0.04
5 6 10 20 30 40 50
-7 8 -15 0 90 1e1 -5.0
"""


@pytest.fixture
def read(tmp_path):
    def read_text(text: str | bytes):
        path = tmp_path / "take.bvh"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_bvh(path)

    return read_text


def movement(seed: int, frames: int = 3):
    rng = np.random.default_rng(seed)
    return moving({joint: rng.normal(0, 0.4, (frames, 3)) for joint in JOINTS}, frames)


def test_a_chain_of_three_joints_by_hand(read):
    capture = read(CHAIN)
    assert [joint.name for joint in capture.joints] == ["Base", "Middle part", ""]
    assert [joint.parent for joint in capture.joints] == [-1, 0, 1]
    assert capture.fps == 25
    places, rotations = capture.moved()
    base = Rotation.from_euler("ZXY", [[10, 20, 30], [-15, 0, 90]], degrees=True)
    middle = base * Rotation.from_euler("YZ", [[40, 50], [10, -5]], degrees=True)
    # The file has no Xposition, so x is the offset's.
    start = np.array([[1, 5, 6], [1, -7, 8]])
    joint = start + base.apply([0, 10, 0])
    np.testing.assert_allclose(places[:, 0], start)
    np.testing.assert_allclose(places[:, 1], joint)
    np.testing.assert_allclose(places[:, 2], joint + middle.apply([0, 0, 4]))
    np.testing.assert_allclose(rotations[:, 1], middle.as_matrix(), atol=1e-12)
    np.testing.assert_allclose(capture.at_rest(), [[1, 2, 3], [1, 12, 3], [1, 12, 7]])


@settings(deadline=None, max_examples=20)
@given(
    st.integers(0, 1000),
    st.sampled_from(["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"]),
    st.sampled_from(["root", "instead", "beside"]),
)
def test_a_known_movement_comes_back(tmp_path_factory, seed, order, positions):
    person = movement(seed)
    path = tmp_path_factory.mktemp("bvh") / "take.bvh"
    path.write_text(bvh_text(person, PROGRAMS["biped"], order, positions=positions))
    capture = read_bvh(path)
    numbers = [
        [joint.name for joint in capture.joints].index(PROGRAMS["biped"][name]) for name in JOINTS
    ]
    np.testing.assert_allclose(capture.moved()[0][:, numbers], person.places(), atol=1e-5)


@pytest.mark.parametrize(
    ("seconds", "fps", "kept"),
    [("0.04", 25, 12), ("0.0333333", 30, 12), ("0.0083333", 30, 3), ("0.02", 25, 6), ("0.5", 2, 12),
     ("0.025", 20, 6), ("0.0322580", 15.5, 6)],
)  # fmt: skip
def test_fast_recordings_are_thinned_by_a_whole_number(read, seconds, fps, kept):
    rows = "\n".join(f"{number} 0 0 0 0 0 0" for number in range(12))
    head = CHAIN.split("Frames:")[0]
    capture = read(f"{head}Frames: 12\nFrame Time: {seconds}\n{rows}")
    assert capture.fps == pytest.approx(fps, rel=1e-4)
    assert capture.fps <= 30
    np.testing.assert_array_equal(capture.values[:, 0], np.arange(0, 12, 12 // kept))


def test_writing_habits_do_not_matter(read):
    expected = read(CHAIN).moved()[0]
    for text in (
        "\ufeff" + CHAIN,
        CHAIN.replace("\n", "\r\n"),
        CHAIN.replace("\n    {", " {").replace("\n{", "{"),
        CHAIN.replace("rotation", "ROTATION").replace("MOTION", "Motion"),
        CHAIN.replace("Frames: 2", "Frames:\t2").replace("40 50\n", "40\n50 "),
        CHAIN.rstrip(),
    ):
        np.testing.assert_array_equal(read(text).moved()[0], expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not begin with HIERARCHY"),
        ("solid cube\nfacet normal", "does not begin with HIERARCHY"),
        ("HIERARCHY", "skeleton is cut off"),
        ("HIERARCHY\nMOTION\nFrames: 1\nFrame Time: 0.1\n", "skeleton is cut off"),
        (CHAIN[:60], "CHANNELS|cut off"),
        (CHAIN[:160], "cut off"),
        (CHAIN.split("MOTION")[0], "no line MOTION"),
        (CHAIN.split("Frame Time")[0], "no line MOTION with 'Frames:' and 'Frame Time:'"),
        (CHAIN[:-12], "has 11 numbers, not 2 frames of 7 channels"),
        (CHAIN + "5\n", "has 15 numbers, not 2 frames of 7 channels"),
        (CHAIN.replace("Frames: 2", "Frames: 3"), "not 3 frames of 7"),
        (CHAIN.replace("Frames: 2", "Frames: 0"), "0 frames"),
        (CHAIN.replace("Frames: 2", "Frames: -2"), "no line MOTION"),
        (CHAIN.replace("Frames: 2", "Frames: 999999999"), "not 999999999 frames"),
        (CHAIN.replace("0.04", "0"), "Frame Time is 0 seconds, not 0.0001 to 1"),
        (CHAIN.replace("0.04", "-0.04"), "Frame Time is -0.04"),
        (CHAIN.replace("0.04", "25"), "Frame Time is 25"),
        (CHAIN.replace("0.04", "fast"), "'fast'"),
        (CHAIN.replace("1e1", "nan"), "'nan' for a number"),
        (CHAIN.replace("1e1", "inf"), "'inf' for a number"),
        (CHAIN.replace("1e1", "1e300"), "'1e300' for a number"),
        (CHAIN.replace("1e1", "1,5"), "'1,5'"),
        (CHAIN.replace("OFFSET 1 2 3", "OFFSET 1 2"), "'CHANNELS'"),
        (CHAIN.replace("OFFSET 1 2 3", "OFFSET 1 2 nan"), "'nan' for a number"),
        (CHAIN.replace("OFFSET 1 2 3", "OFFSET 1 2 3 4"), "'4' at a wrong place"),
        (CHAIN.replace("CHANNELS 5", "CHANNELS 4"), "'Yrotation' at a wrong place"),
        (CHAIN.replace("CHANNELS 5", "CHANNELS 6"), "no CHANNELS called 'JOINT'"),
        (CHAIN.replace("CHANNELS 5", "CHANNELS many"), "'many' CHANNELS"),
        (CHAIN.replace("Zrotation", "Wrotation"), "'Wrotation'"),
        (CHAIN.replace("ROOT", "JOINT"), "JOINT is at a wrong place"),
        (CHAIN.replace("JOINT", "ROOT"), "ROOT is at a wrong place"),
        (CHAIN.replace("    }\n}\n", "    }\n"), "cut off"),
        (CHAIN.replace("    }\n}\n", "    }\n}\n}\n"), "'}' at a wrong place"),
        ("HIERARCHY " + "ROOT a { JOINT b { " * 1000, "more than 500 joints|wrong place"),
        ("HIERARCHY ROOT a " + "{ JOINT b " * 1000, "more than 500 joints"),
        ("HIERARCHY\nROOT H\u00fcfte {".encode("latin-1"), "not in UTF-8"),
        (CHAIN.encode("utf-16"), "not in UTF-8"),
        (bytes(range(256)) * 20, "not in UTF-8"),
    ],
)  # fmt: skip
def test_broken_files_are_clear_errors(read, text, message):
    with pytest.raises(HuemanError, match=message) as caught:
        read(text)
    assert "take.bvh" in str(caught.value)
    assert "export it once more" in str(caught.value)


@settings(deadline=None)
@given(st.data())
def test_damage_is_a_hueman_error_or_no_damage(tmp_path_factory, data):
    text = CHAIN.encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    path = tmp_path_factory.mktemp("bvh") / "take.bvh"
    path.write_bytes(text[:start] + data.draw(st.binary(max_size=8)) + text[end:])
    try:
        places, _ = read_bvh(path).moved()
    except HuemanError:
        return
    assert np.isfinite(places).all()


def test_missing_and_huge_files_are_clear_errors(tmp_path, monkeypatch, read):
    with pytest.raises(HuemanError, match=r"absent\.bvh cannot be read .*check the path"):
        read_bvh(tmp_path / "absent.bvh")
    monkeypatch.setattr(bvh, "MAX_FRAMES", 1)
    with pytest.raises(HuemanError, match="has 2 frames at 25 a second, more than 1"):
        read(CHAIN)
    with (tmp_path / "huge.bvh").open("wb") as file:
        file.truncate(bvh.MAX_BYTES + 1_000_000)
    with pytest.raises(HuemanError, match="33 MB, more than the limit of 32"):
        read_bvh(tmp_path / "huge.bvh")

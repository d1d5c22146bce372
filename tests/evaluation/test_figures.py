"""The paper's figures: each panel shows what its label says."""

import cv2
import numpy as np
import pytest
import torch
from tiny_training import RESTORATION

from hueman.clips.panels import GAP, ROW_HEIGHT, panel_grid, strips
from hueman.clips.sheets import enlarge
from hueman.config import load_config
from hueman.evaluation.figures.action import ACTION_FRAMES, action_figure
from hueman.evaluation.figures.appearance import appearance_figure
from hueman.evaluation.figures.augmentation import COLORINGS, augmentation_figure
from hueman.evaluation.figures.feature import COLUMNS, PANEL_HEIGHT, feature_figure
from hueman.evaluation.figures.interpolation import INTERPOLATION_FRAMES, interpolation_figure
from hueman.evaluation.figures.side_by_side import side_by_side
from hueman.evaluation.held_out import read_held_out
from hueman.evaluation.method import OWN
from hueman.features.stick_figure import draw_stick_figure
from hueman.generation.person import Clothes
from hueman.generation.predictor import Predictor
from hueman.preparation.preview import PART_COLORS
from hueman.training.model import VideoModel
from hueman.training.pictures import to_uint8

TINY = ["stage_one.encoder.channels=8", "stage_two.generator.channels=4"]
HEIGHT, WIDTH = 96, 64
LARGE, SMALL = PANEL_HEIGHT // HEIGHT, round(ROW_HEIGHT / HEIGHT)


@pytest.fixture(scope="module")
def clips(truth_dataset):
    entries = [truth_dataset.entry(actor, "salute") for actor in ("plaid", "mustard")]
    return list(read_held_out(truth_dataset, entries, HEIGHT, WIDTH))


def model_of(*settings: str) -> VideoModel:
    torch.manual_seed(0)
    return VideoModel(load_config("demo", [*TINY, *settings])).eval()


class Still:
    """A method that repeats the frame it is shown, upside down."""

    size: tuple[int, int] = (HEIGHT, WIDTH)

    def generate(self, content, pose, outfits):
        assert outfits == [OWN]
        assert len(content) == 1
        return content.pictures().flip(2)[None].expand(1, len(pose), -1, -1, -1)


def cells(picture, factor, columns, rows, gap=GAP):
    """Take the pictures out of a grid of rows below labels, each row from its lower end."""
    height, width = HEIGHT * factor, WIDTH * factor
    step = (len(picture) + gap) // rows
    return [
        picture[(row + 1) * step - gap - height :][:height, column * (width + gap) :][:, :width]
        for row in range(rows)
        for column in range(columns)
    ]


def enlarged(pictures, factor):
    return list(enlarge(np.asarray(pictures), factor))


def rgb(frames):
    return frames.rgb.permute(0, 2, 3, 1).numpy()


def test_panels_of_the_feature_figure(clips):
    model, frames, target = model_of(RESTORATION), clips[0].frames, 4
    figure = feature_figure(model, clips[0], target)
    assert figure.dtype == np.uint8
    assert figure.shape[1] == COLUMNS * (WIDTH * LARGE + GAP) - GAP
    panels = cells(figure, LARGE, COLUMNS, 2)
    poses = [draw_stick_figure(frames.pose[i].numpy(), HEIGHT, WIDTH) for i in (0, target)]
    warped, _ = frames[:1].warped(frames.pose[target : target + 1], "frame")
    assert model.restoration is not None
    with torch.inference_mode():
        restored = model.restoration(warped)
    true = frames[target : target + 1].features()
    expected = [
        rgb(frames)[0],
        poses[0],
        np.repeat(frames.edges[0].permute(1, 2, 0).numpy(), 3, axis=2),
        PART_COLORS[frames.parts[0].numpy()],
        poses[1],
        *(to_uint8(each[:, :3].maximum(each[:, 3:]))[0] for each in (warped, restored, true)),
    ]
    for panel, picture in zip(panels, enlarged(expected, LARGE), strict=True):
        np.testing.assert_array_equal(panel, picture)


def test_without_a_restoration_network_its_panel_is_left_out(clips):
    panels = cells(feature_figure(model_of(), clips[0], 4), LARGE, COLUMNS, 2)
    with_all = cells(feature_figure(model_of(RESTORATION), clips[0], 4), LARGE, COLUMNS, 2)
    np.testing.assert_array_equal(panels[6], with_all[7])
    assert (panels[7] == 255).all()


def test_the_target_must_be_a_frame(clips):
    with pytest.raises(ValueError, match="frames 0 to 7, not 8"):
        feature_figure(model_of(), clips[0], 8)


def test_panels_of_the_appearance_figure(clips):
    frames, target = clips[0].frames, 4
    panels = cells(appearance_figure(clips[0], target), LARGE, COLUMNS, 2)
    np.testing.assert_array_equal(panels[0], enlarged(rgb(frames)[:1], LARGE)[0])
    np.testing.assert_array_equal(panels[7], enlarged(rgb(frames)[target][None], LARGE)[0])
    small = [panel[LARGE // 2 :: LARGE, LARGE // 2 :: LARGE].astype(float) for panel in panels]
    upper = frames.upper[0, 0].numpy() > 250
    assert np.ptp(small[0][upper].mean(axis=0)) > 60  # a red shirt
    assert np.ptp(small[1][upper].mean(axis=0)) < 25
    person = frames.person[0, 0].numpy()
    np.testing.assert_allclose(small[3][person == 0], small[0][person == 0], atol=60)
    assert np.abs(small[3] - small[0])[person > 250].mean() > 30
    error = [np.abs(small[number] - small[7]).mean() for number in (0, 4, 5, 6)]
    assert error[2] < min(error[0], error[1], error[3])
    with pytest.raises(ValueError, match="frames 0 to 7, not 8"):
        appearance_figure(clips[0], 8)


def test_only_garments_are_colourised(clips):
    figure = augmentation_figure(clips, seed=0)
    shown = cells(figure, SMALL, 1 + COLORINGS, len(clips))
    for row, clip in enumerate(clips):
        original, *colored = shown[row * (1 + COLORINGS) :][: 1 + COLORINGS]
        np.testing.assert_array_equal(original, enlarged(rgb(clip.frames[:1]), SMALL)[0])
        garment = torch.maximum(clip.frames.upper[0, 0], clip.frames.lower[0, 0]).numpy()
        # Enlarging looks two pixels far.
        near = cv2.dilate(garment, np.ones((5, 5), np.uint8))
        far = np.kron(near, np.ones((SMALL, SMALL), np.uint8)) == 0
        assert far.mean() > 0.5
        for picture in colored:
            np.testing.assert_array_equal(picture[far], original[far])
        assert len({picture.tobytes() for picture in [original, *colored]}) == 1 + COLORINGS


def test_another_colouriser_is_shown(clips):
    asked = []

    def recolor(frames, upper, lower):
        asked.append((upper.shape, lower.shape))
        return frames.pictures()

    assert (augmentation_figure(clips, 0, recolor) != augmentation_figure(clips, 0)).any()
    assert asked == [((COLORINGS, 2), (COLORINGS, 2))] * len(clips)


def test_colours_follow_the_seed(clips):
    first, again, other = (augmentation_figure(clips, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_real_frames_stand_above_generated_ones(clips):
    shown = cells(action_figure(clips, Still()), SMALL, ACTION_FRAMES, 2 * len(clips))
    for row, clip in enumerate(clips):
        real = shown[2 * row * ACTION_FRAMES :][:ACTION_FRAMES]
        made = shown[(2 * row + 1) * ACTION_FRAMES :][:ACTION_FRAMES]
        frames = enlarged(rgb(clip.frames), SMALL)
        np.testing.assert_array_equal(real, [frames[i] for i in (0, 1, 3, 4, 6, 7)])
        upside_down = enlarged(rgb(clip.frames[:1])[:, ::-1], SMALL)[0]
        assert all(np.array_equal(picture, upside_down) for picture in made)


def test_one_action_at_the_right_size(truth_dataset, clips):
    other = list(read_held_out(truth_dataset, [truth_dataset.entry("plaid", "march")], 96, 64))
    with pytest.raises(ValueError, match=r"'march', 'salute'"):
        action_figure([*clips, *other], Still())
    large = list(read_held_out(truth_dataset, [truth_dataset.entry("plaid", "salute")], 192, 128))
    with pytest.raises(ValueError, match="96x64"):
        action_figure(large, Still())


def test_interpolated_frames_are_those_of_their_codes(clips):
    predictor = Predictor(model_of(), "cpu")
    short = [type(clip)(clip.actor, clip.action, 5, clip.frames[:3], None) for clip in clips]
    figure = interpolation_figure(predictor, short, torch.Generator().manual_seed(1))
    shown = cells(figure, SMALL, INTERPOLATION_FRAMES, len(short))
    random = torch.Generator().manual_seed(1)
    for row, clip in enumerate(short):
        first, last = predictor.model.code_distribution.sample(2, random)
        codes = torch.stack([first + (last - first) * i / 3 for i in (1, 2, 3)])
        person = predictor.person(clip.frames[:1])
        video = list(predictor.generate(person, clip.frames.pose.numpy(), Clothes(codes)))
        strip = shown[row * INTERPOLATION_FRAMES :][:INTERPOLATION_FRAMES]
        for place, frame in ((0, video[0]), (-1, video[-1])):
            difference = strip[place].astype(int) - enlarged([frame], SMALL)[0]
            assert np.abs(difference).max() <= 1


def test_videos_beside_each_other(clips):
    video = clips[0].frames.pictures()[:2]
    names = ["truth", "ours", "another", "the fourth method", "five", "six"]
    shown = side_by_side({name: video * (1 - i / 6) for i, name in enumerate(names)}, 2)
    assert shown.shape[0] == 2
    assert shown.shape[2] == 3 * (2 * WIDTH + GAP) - GAP
    for frame, picture in zip(video, shown, strict=True):
        panels = cells(picture, 2, 3, 2)
        for i, panel in enumerate(panels):
            expected = enlarge(to_uint8(frame[None] * (1 - i / 6)), 2)[0]
            np.testing.assert_array_equal(panel, expected)


def test_videos_must_be_alike():
    with pytest.raises(ValueError, match="alike"):
        side_by_side({"one": torch.zeros(2, 3, 8, 8), "two": torch.zeros(3, 3, 8, 8)}, 1)
    with pytest.raises(ValueError, match="alike"):
        side_by_side({}, 1)


def test_labels_are_written_inside_their_own_column():
    black = np.zeros((60, 100, 3), np.uint8)
    sheet = panel_grid([("a", black), ("several words to break", black), ("", black)], 3)
    labels = sheet[: len(sheet) - 60]
    dark = np.all(labels < 128, axis=2)
    assert dark[:, :100].any()
    assert dark[:, 106:206].any(axis=1)[: len(labels) // 2].any(), "several lines"
    assert not dark[:, 100:106].any()
    assert not dark[:, 206:].any()


@pytest.mark.parametrize("rows", [[], [("one", (2, 8, 8, 3)), ("two", (3, 8, 8, 3))]])
def test_rows_must_be_alike(rows):
    with pytest.raises(ValueError, match="alike"):
        strips([(label, np.zeros(shape, np.uint8)) for label, shape in rows])

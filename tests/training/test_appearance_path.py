"""Stage II with the appearance path, on tiny real data."""

import numpy as np
import pytest
import torch
from tiny_training import TINY, changed, update, weights_of

from hueman.appearance.tinting import tinted
from hueman.color.augmentation import random_colors
from hueman.config import load_config
from hueman.evaluation.method import OWN
from hueman.evaluation.model_method import ModelMethod
from hueman.generation.person import Clothes
from hueman.generation.predictor import Predictor
from hueman.training.devices import make_fabric
from hueman.training.frames import Frames
from hueman.training.model import VideoModel, load_model, save_model
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg

APPEARANCE = "stage_two.appearance=true"


@pytest.fixture(scope="module")
def made(split) -> StageTwo:
    config = load_config("demo", [*TINY, APPEARANCE])
    torch.manual_seed(0)
    fabric = make_fabric(config, "cpu")
    return StageTwo(VideoModel(config), load_vgg("vgg16", 2), split, config, fabric)


def test_what_codes_stand_for_is_learned(made):
    tint, generator = weights_of(made.model.tint), weights_of(made.model.generator)
    losses = update(made)
    assert np.isfinite(losses["tint"])
    assert changed(tint, made.model.tint)
    assert changed(generator, made.model.generator)


def test_the_tint_loss_is_the_distance_in_the_garments(made):
    batch = made.batch(0)
    with torch.no_grad():
        loss = made._tint_distance(batch, batch.code)
        total, area = 0.0, 0.0
        for told, real in zip(batch.guidance, batch.real, strict=True):
            garments = told.appearance[:, 3:].amax(dim=1).clamp(max=1)
            shown = tinted(told.appearance, *made.model.colors(batch.code).chunk(2, dim=1))
            total += float(((shown - real).abs().mean(dim=1) * garments).sum())
            area += float(garments.sum())
    assert float(loss) == pytest.approx(total / area, rel=1e-5)
    assert area > 100


def test_a_frame_is_a_blend_of_what_is_made_and_what_is_seen(made):
    batch, model = made.batch(1), made.model
    told, code = batch.guidance[0], batch.code
    with torch.no_grad():
        frame = model.next_frame(told, code, batch.previous)
        base = tinted(told.appearance, *model.colors(code).chunk(2, dim=1))
        raw = {}
        handle = model.generator.register_forward_hook(lambda *args: raw.update(made=args[-1]))
        model.next_frame(told, code, batch.previous)
        handle.remove()
    share = raw["made"][:, 3:] / 2 + 0.5
    torch.testing.assert_close(frame, base + share * (raw["made"][:, :3] - base))
    assert raw["made"].shape[1] == 4


@pytest.mark.parametrize("network", ["coarse_to_fine", "pixel_shuffle"])
def test_corrections_move_what_is_seen_towards_black_and_white(made, network):
    changes = ["stage_two.mending=correction", f"stage_two.generator.network={network}"]
    torch.manual_seed(0)
    model = VideoModel(load_config("demo", [*TINY, APPEARANCE, *changes])).eval()
    batch = made.batch(1)
    told, code = batch.guidance[0], batch.code
    assert told.appearance is not None
    base = tinted(told.appearance, *model.colors(code).chunk(2, dim=1)).detach()
    for correction in (0.0, 0.25, 1.0, -1.0):
        handle = model.generator.register_forward_hook(
            lambda *args, value=correction: torch.full_like(args[-1], value)
        )
        frame = model.next_frame(told, code, batch.previous)
        handle.remove()
        aim = torch.full_like(base, 1.0 if correction > 0 else -1.0)
        torch.testing.assert_close(frame, torch.lerp(base, aim, abs(correction)))


def test_an_untrained_correction_changes_nothing_and_learns(split):
    """Other than a share, which may close for good: every pixel tells the generator something."""
    changes = ["stage_two.mending=correction", "stage_two.generator.network=pixel_shuffle"]
    config = load_config("demo", [*TINY, APPEARANCE, *changes])
    torch.manual_seed(0)
    fabric = make_fabric(config, "cpu")
    stage = StageTwo(VideoModel(config), load_vgg("vgg16", 2), split, config, fabric)
    batch = stage.batch(1)
    told, code = batch.guidance[0], batch.code
    assert told.appearance is not None
    base = tinted(told.appearance, *stage.model.colors(code).chunk(2, dim=1))
    torch.testing.assert_close(stage.model.next_frame(told, code, batch.previous), base)
    before = weights_of(stage.model.generator)
    update(stage)
    update(stage, 1)
    assert changed(before, stage.model.generator)


def test_in_training_the_path_wears_the_very_colours(made):
    pair, batch = made.batch.warp(4), made.batch(4)
    torch.testing.assert_close(batch.colors, pair.colors)
    kept = made.batch.clips[0].frames.upper_color[0]
    assert pair.colors.shape == (len(pair.content), 6)  # Lab of both: lightness is drawn too
    assert not any(torch.equal(row[:3], kept) for row in pair.colors)
    told, seen = batch.guidance[0], []
    hook = made.model.generator.register_forward_hook(
        lambda network, inputs, output: seen.append(inputs[0]["appearance"])
    )
    made._generate(batch, batch.code, train=True)
    made._generate(batch, batch.code.flip(0))
    hook.remove()
    # Two frames each time; without training, colours are those of the codes that are given.
    for shown, colors in ((seen[0], pair.colors), (seen[2], made.model.colors(batch.code.flip(0)))):
        base = tinted(told.appearance, *colors.chunk(2, dim=1))
        torch.testing.assert_close(shown[:, :3], base)


def test_a_model_reads_a_persons_own_clothes_better_once_calibrated(made, split):
    """Even a decoder and encoders that were never trained give what is asked for, then."""
    frames = split.train[0].frames[3:4]
    model = made.model
    calibrated = model.calibration(frames)
    random = torch.Generator().manual_seed(5)
    asked = [
        random_colors(random, mean.expand(20, -1), lightness=True)
        for mean in (frames.upper_color, frames.lower_color)
    ]
    worn = frames[[0] * 20]
    with torch.no_grad():
        code = model.encoders(worn.recolored(*asked), worn.encoder_regions("parts"))
        plain, better = (
            (model.colors(code, each) - torch.cat(asked, dim=1)).norm(dim=1).mean()
            for each in (None, calibrated)
        )
        own = model.encoders(frames.pictures(), frames.encoder_regions("parts"))
    assert better < 0.7 * plain
    mean = torch.cat([frames.upper_color, frames.lower_color], dim=1)
    assert (model.colors(own, calibrated) - mean).norm() < 0.5 * (model.colors(own) - mean).norm()


def test_background_and_person_move_together(split):
    config = load_config("demo", [*TINY, APPEARANCE, "stage_two.max_shift=0.25"])
    model, fabric = VideoModel(config), make_fabric(config, "cpu")
    made = StageTwo(model, load_vgg("vgg16", 2), split, config, fabric)
    pair = made.batch.warp(2)
    for told, real in zip(pair.guidance[-2:], pair.real, strict=True):
        assert told.appearance is not None
        outside = told.appearance[:, 3:].amax(dim=1, keepdim=True) == 0
        base = tinted(told.appearance, *pair.colors.chunk(2, dim=1))
        difference = (base - real).abs().mean(dim=1, keepdim=True)[outside]
        assert difference.mean() < 0.12


def test_the_model_keeps_it(made, split, tmp_path):
    save_model(made.release(), tmp_path / "model.safetensors", {})
    model, _ = load_model(tmp_path)
    clip = split.test[0].frames
    predictor, clothes = Predictor(model, "cpu"), Clothes(torch.zeros(24))
    person = predictor.person(clip[:1])
    frames = list(predictor.generate(person, clip.pose[:3].numpy(), clothes))
    assert [frame.shape for frame in frames] == [(96, 64, 3)] * 3
    method = ModelMethod(model)
    video = method.generate(clip[:1], clip.pose[:3], [OWN])
    assert video.shape == (1, 3, 3, 96, 64)
    # The person is seen from the first update on, for the base is the warped frame itself.
    inside = (clip.person[:3] > 250).expand(-1, 3, -1, -1)
    assert (video[0] - clip.pictures()[:3])[inside].abs().mean() < 0.45


def test_without_it_a_model_tints_nothing(split):
    model = VideoModel(load_config("demo", TINY))
    assert model.tint is None
    with pytest.raises(ValueError, match="no appearance path"):
        model.colors(torch.zeros(1, 24))
    assert model.calibration(split.test[0].frames[:1]) is None


def test_consecutive_frames_are_moved_together_as_each_alone(made, split):
    clips = [clip.frames for clip in split.train]
    content = Frames.gather(clips, [(0, 0), (1, 3)])
    poses = [Frames.gather(clips, [(0, later), (1, 3 + later)]).pose for later in (1, 2, 3)]
    seen = content.appearance()
    together = made.batch._guidance(content, seen, poses)
    assert len(together) == 3
    for told, pose in zip(together, poses, strict=True):
        features, regions = content.warped(pose, made.config.stage_two.generator.code_region)
        torch.testing.assert_close(told.features, features, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(told.regions, regions, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(told.appearance, seen.under(pose), atol=1e-3, rtol=1e-4)
    without = made.batch._guidance(content, None, poses)
    assert [each.appearance for each in without] == [None] * 3

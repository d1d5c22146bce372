"""Presets, overrides and the schedule."""

import pytest

from hueman.config import config_from_dict, config_to_dict, load_config, presets
from hueman.errors import HuemanError
from hueman.stage_config import Schedule


def test_every_preset_loads_and_round_trips():
    assert presets() == ["choreo-small", "demo", "lite", "paper", "realtime"]
    for name in presets():
        config = load_config(name)
        assert config_from_dict(config_to_dict(config)) == config


def test_paper_preset_has_the_papers_numbers():
    config = load_config("paper")
    assert (config.height, config.width) == (384, 256)
    assert (config.stage_one.upper_code, config.stage_one.lower_code) == (16, 8)
    assert config.stage_one.schedule.epochs == 200
    assert config.stage_one.schedule.decay_from == 0.5
    assert config.stage_two.schedule.epochs == 30
    assert config.stage_two.generator.downsamplings == 4
    assert config.stage_two.generator.residual_blocks == 9
    assert config.stage_two.discriminators == 3
    assert config.stage_two.feature_matching_weight == config.stage_two.perceptual_weight == 10
    assert config.stage_two.perceptual_network == "vgg19"
    assert (
        config.stage_one.schedule.learning_rate == config.stage_two.schedule.learning_rate == 2e-4
    )
    assert config.keep_probability == 0
    one, two = config.stage_one, config.stage_two
    assert (one.l1_weight, one.kl_weight, one.latent_weight) == (10, 0.01, 0.5)
    assert (one.latent_regression, one.code_levels) == ("reconstruction", "all")
    assert (one.person_weight, one.encoder.input_region) == (0, "frame")
    assert (one.generator_levels, one.encoder.blocks, one.discriminators) == (7, 4, 2)
    assert (one.initialization, two.initialization) == ("xavier", "normal")
    assert (two.l1_weight, two.warm_up_frames, two.max_shift, two.ema_decay) == (0, 0, 0, 0)
    assert two.previous_noise == 0
    assert two.perceptual_layers == 5
    assert two.schedule.decay_from == 1
    assert two.generator.code_region == "frame"
    assert two.restore
    assert two.stick_figure == "warped"
    assert config.colorizer == "siggraph17"


def test_overrides_change_one_setting():
    config = load_config("demo", ["stage_two.l1_weight=5", "test_actions=[jack]"])
    assert config.stage_two.l1_weight == 5
    assert config.test_actions == ("jack",)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["stage_two.l1=5"], "stage_two.l1"),
        (["height=33"], "33"),
        (["stage_one.generator_levels=7"], "multiples of 128, or a smaller stage_one.gen"),
        (["stage_two.generator.downsamplings=5"], "multiples of 64, or a smaller stage_two.gen"),
        (["stage_one.encoder.shrink=3"], "96x64, 3 times smaller, are too small for .*4 blocks"),
        (["stage_two.generator.network=unet"], "multiples of 128, or a smaller .*unet_levels"),
        (
            ["deformable_gan={schedule: {steps: 4}, levels: 6}"],
            "96x64 cannot be halved 6 times: choose multiples of 64, or a smaller deformable_gan.l",
        ),
        (["method=deformable_gan"], r"wrong: method deform.* needs the settings deformable_gan\.$"),
        (["deformable_gan={}"], r"deformable_gan\.schedule: Field required\.$"),
        (["stage_one.schedule.epochs=3"], "exactly one"),
        (["height"], "setting=value"),
        (["height.more=1"], "no setting"),
    ],
)
def test_wrong_overrides_are_named(overrides, words):
    with pytest.raises(HuemanError, match=words):
        load_config("demo", overrides)


def test_only_the_network_in_use_has_to_halve_the_frames():
    unet = ["stage_two.generator.network=unet", "stage_two.generator.unet_levels=5"]
    config = load_config("demo", [*unet, "stage_two.generator.downsamplings=5"])
    assert config.stage_two.generator.unet_levels == 5


def test_unknown_preset_names_the_known_ones(tmp_path):
    with pytest.raises(HuemanError, match="demo, lite, paper"):
        load_config("best")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")
    with pytest.raises(HuemanError, match="not valid YAML"):
        load_config(str(broken))


def test_schedule_counts_epochs_and_decays_linearly():
    schedule = Schedule(epochs=200, batch_size=2, learning_rate=1.0, decay_from=0.5)
    assert schedule.total_steps(100) == 10_000
    assert schedule.learning_rate_at(0, 100) == 1.0
    assert schedule.learning_rate_at(50, 100) == 1.0
    assert schedule.learning_rate_at(75, 100) == pytest.approx(0.5)
    assert schedule.learning_rate_at(99, 100) == pytest.approx(0.02)


def test_decay_from_one_never_decays():
    schedule = Schedule(steps=10, learning_rate=1.0, decay_from=1)
    assert schedule.learning_rate_at(9, 10) == 1.0

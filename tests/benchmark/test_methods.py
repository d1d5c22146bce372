"""Methods of a benchmark: each differs from the proposed one in what its name says, and only so."""

import pytest

from hueman.benchmark.methods import (
    COMPARED,
    PROPOSED,
    RESTORED,
    UNRESTORED,
    choose_methods,
    config_of,
    methods_of,
)
from hueman.config import config_to_dict
from hueman.errors import HuemanError

PRESET = "choreo-small"


def flat(settings, prefix=""):
    """Nested settings as {"a.b": value}."""
    found = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def settings(method, preset=PRESET, overrides=()):
    return flat(config_to_dict(config_of(method, preset, overrides)))


def changes(method):
    """Settings that differ from the proposed method's, as (its, the method's)."""
    own, other = settings(PROPOSED), settings(method)
    return {
        name: (own.get(name), other.get(name))
        for name in own.keys() | other.keys()
        if own.get(name) != other.get(name)
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("end_to_end", {"method": ("decoupled", "end_to_end")}),
        ("no_augmentation", {"color_augmentation": (True, False)}),
        ("unet", {"stage_two.generator.network": ("coarse_to_fine", "unet")}),
        ("pixel_norm", {"stage_two.generator.normalization": ("instance", "pixel")}),
        ("no_previous_frame", {"stage_two.generator.previous_frame": (True, False)}),
        ("bicycle_regression", {"stage_one.latent_regression": ("random", "random")}),
    ],
)
def test_a_method_is_its_one_difference(name, expected):
    method = methods_of(PRESET, [])[name]
    found = changes(method)
    assert found.keys() == expected.keys()
    for setting, (_, value) in expected.items():
        assert found[setting][1] == value


def test_a_preset_that_restores_is_compared_without():
    methods = methods_of(PRESET, [])
    assert methods["unrestored"] is UNRESTORED
    assert "restored" not in methods
    config = config_of(PROPOSED, PRESET, [])
    assert config.restoration is not None
    assert config.restoration.schedule.steps == 800
    assert {name.split(".")[0] for name in changes(UNRESTORED)} == {"restoration", "stage_two"}
    assert changes(UNRESTORED)["stage_two.restore"] == (True, False)


def test_a_preset_that_does_not_restore_is_compared_with_it():
    without = ["stage_two.restore=false"]
    methods = methods_of(PRESET, without)
    assert methods["restored"] is RESTORED
    assert "unrestored" not in methods
    assert config_of(PROPOSED, PRESET, without).restoration is None
    restored = config_of(RESTORED, PRESET, without)
    assert restored.restoration is not None
    assert restored.stage_two.restore


def test_deformable_gan_is_another_method_and_trains_no_restoration_network():
    gan = methods_of(PRESET, [])["deformable_gan"]
    assert config_of(gan, PRESET, []).restoration is None
    found = {name for name in changes(gan) if not name.startswith("restoration")}
    assert found == {"method", "stage_two.restore"}


def test_changes_of_the_benchmark_are_those_of_all_methods():
    for method in methods_of(PRESET, ["seed=5"]).values():
        assert config_of(method, PRESET, ["seed=5"]).seed == 5


def test_all_methods_are_compared_unless_some_are_named():
    methods = methods_of(PRESET, [])
    assert list(methods) == ["proposed", *(each.name for each in COMPARED), "unrestored"]
    assert choose_methods(methods, []) == list(methods.values())
    assert len({each.title for each in methods.values()}) == len(methods)


def test_the_proposed_method_always_takes_part_and_is_first():
    chosen = choose_methods(methods_of(PRESET, []), ["unrestored", "unet"])
    assert [each.name for each in chosen] == ["proposed", "unet", "unrestored"]


def test_unknown_methods_are_refused_with_those_there_are():
    with pytest.raises(HuemanError, match="no method 'restored'; there are proposed, def"):
        choose_methods(methods_of(PRESET, []), ["unet", "restored"])


def test_wrong_changes_are_refused():
    with pytest.raises(HuemanError, match="nonsense"):
        methods_of(PRESET, ["stage_two.nonsense=1"])

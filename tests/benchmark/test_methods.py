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
        ("deformable_gan", {"method": ("decoupled", "deformable_gan")}),
        ("end_to_end", {"method": ("decoupled", "end_to_end")}),
        ("no_augmentation", {"color_augmentation": (True, False)}),
        ("unet", {"stage_two.generator.network": ("coarse_to_fine", "unet")}),
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


def test_the_restored_method_has_a_restoration_network_and_the_proposed_one_has_none():
    assert methods_of(PRESET, [])["restored"] is RESTORED
    assert config_of(PROPOSED, PRESET, []).restoration is None
    config = config_of(RESTORED, PRESET, [])
    assert config.restoration is not None
    assert config.restoration.schedule.steps == 800
    assert {name.split(".")[0] for name in changes(RESTORED)} == {"restoration", "stage_two"}
    assert changes(RESTORED)["stage_two.restore"] == (False, True)


def test_a_preset_that_restores_is_compared_without():
    methods = methods_of("paper", ["stage_two.restore=true"])
    assert methods["unrestored"] is UNRESTORED
    assert "restored" not in methods
    unrestored = config_of(UNRESTORED, "paper", ["stage_two.restore=true"])
    assert unrestored.restoration is None
    assert not unrestored.stage_two.restore
    assert config_of(PROPOSED, "paper", ["stage_two.restore=true"]).restoration is not None


def test_a_baseline_trains_no_restoration_network():
    gan = methods_of("paper", ["stage_two.restore=true"])["deformable_gan"]
    assert config_of(gan, "paper", ["stage_two.restore=true"]).restoration is None


def test_changes_of_the_benchmark_are_those_of_all_methods():
    for method in methods_of(PRESET, ["seed=5"]).values():
        assert config_of(method, PRESET, ["seed=5"]).seed == 5


def test_all_methods_are_compared_unless_some_are_named():
    methods = methods_of(PRESET, [])
    assert list(methods) == ["proposed", *(each.name for each in COMPARED), "restored"]
    assert choose_methods(methods, []) == list(methods.values())
    assert len({each.title for each in methods.values()}) == len(methods)


def test_the_proposed_method_always_takes_part_and_is_first():
    chosen = choose_methods(methods_of(PRESET, []), ["restored", "unet"])
    assert [each.name for each in chosen] == ["proposed", "unet", "restored"]


def test_unknown_methods_are_refused_with_those_there_are():
    with pytest.raises(HuemanError, match="no method 'unrestored'; there are proposed, def"):
        choose_methods(methods_of(PRESET, []), ["unet", "unrestored"])


def test_wrong_changes_are_refused():
    with pytest.raises(HuemanError, match="nonsense"):
        methods_of(PRESET, ["stage_two.nonsense=1"])

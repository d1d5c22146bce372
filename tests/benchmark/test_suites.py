"""Benchmarks by name: their presets are there and fit each other."""

import pytest

from hueman.benchmark.methods import config_of, methods_of
from hueman.benchmark.suites import SUITES, find_suite
from hueman.choreography.presets import make_plan
from hueman.errors import HuemanError


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_can_be_rendered_trained_and_judged(name):
    suite = find_suite(name)
    plan = make_plan(suite.render_preset)
    assert plan.split is not None
    assert plan.split.test_actions
    for method in methods_of(suite.training_preset, suite.overrides).values():
        config = config_of(method, suite.training_preset, suite.overrides)
        assert config.split == "dataset"
        assert config.height <= plan.settings.height
        ratio = plan.settings.height / plan.settings.width
        assert config.height / config.width == pytest.approx(ratio)


def test_sizes_are_what_the_suites_say():
    plan = make_plan(SUITES["choreo-small"].render_preset)
    assert plan.split is not None
    roles = (plan.split.train_actors, plan.split.train_actions, plan.split.test_actions)
    assert [len(names) for names in roles] == [3, 6, 2]
    plan = make_plan(SUITES["choreo-paper"].render_preset)
    assert plan.split is not None
    roles = (plan.split.train_actors, plan.split.train_actions, plan.split.test_actions)
    assert [len(names) for names in roles] == [10, 10, 6]
    assert (plan.settings.height, plan.settings.width) == (384, 256)
    assert SUITES["choreo-paper"].codes == 7000


def test_unknown_benchmarks_are_refused_with_those_there_are():
    with pytest.raises(HuemanError, match="no benchmark 'choreo-nope'; there are choreo-tiny, "):
        find_suite("choreo-nope")

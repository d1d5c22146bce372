import pytest

from hueman.choreography.names import known_actions, known_actors
from hueman.choreography.presets import make_plan, parse_size
from hueman.errors import HuemanError

ACTORS = tuple(f"actor{number}" for number in range(13))
ACTIONS = tuple(f"action{number}" for number in range(16))


@pytest.mark.parametrize(
    ("preset", "counts"),
    [
        ("tiny", (1, 1, 2, 1)),
        ("small", (3, 1, 6, 2)),
        ("paper", (10, 3, 10, 6)),
        ("bundled", (4, 0, 4, 2)),
    ],
)
def test_every_preset_divides_what_it_renders(preset, counts):
    plan = make_plan(preset)
    split = plan.split
    assert split is not None
    groups = (split.train_actors, split.unseen_actors, split.train_actions, split.test_actions)
    assert tuple(len(group) for group in groups) == counts
    assert {*split.train_actors, *split.unseen_actors} == set(plan.actors)
    assert {*split.train_actions, *split.test_actions} == set(plan.actions)
    assert make_plan(preset) == plan


def test_bundled_is_what_comes_with_hueman(clips_folder):
    plan = make_plan("bundled")
    assert {path.name for path in clips_folder.iterdir() if path.is_dir()} == set(plan.actors)
    for action in plan.actions:
        assert (clips_folder / "plaid" / f"{action}.mp4").exists()
    assert plan.split is not None
    assert set(plan.split.test_actions) == {"salute", "jack"}
    assert (plan.settings.frames, plan.settings.height, plan.settings.width) == (48, 384, 256)


def test_without_a_preset_everybody_does_everything():
    plan = make_plan()
    assert plan.actors == tuple(known_actors())
    assert plan.actions == tuple(known_actions())
    assert plan.split is None
    assert plan.settings.frames == 100


def test_options_change_the_preset():
    plan = make_plan(
        "tiny", "3", "march,jack", "64x96", frames=7, noise=None, seed=5, background="brick"
    )
    assert plan.actors == tuple(known_actors()[:3])
    assert plan.actions == ("march", "jack")
    assert (plan.settings.height, plan.settings.width, plan.settings.frames) == (64, 96, 7)
    assert (plan.settings.noise, plan.settings.seed) == (0.0, 5)
    assert plan.split is not None
    assert len(plan.split.train_actors) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"preset": "huge"}, "no preset 'huge'; presets are tiny, small"),
        ({"actors": "nobody"}, "no actors called 'nobody'; choose from plaid"),
        ({"actions": "fly"}, "no actions called 'fly'; choose from wave_right"),
        ({"preset": "tiny", "actors": "1"}, "Keeping 1 of the actors plaid out of training"),
        ({"preset": "small", "actions": "2"}, "Keeping 2 of the actions"),
        ({"preset": "bundled", "actions": "jack"}, "of the actions jack out of training"),
        ({"size": "384"}, "size is '384'"),
        ({"size": "100x96"}, "height is 100"),
        ({"frames": 1}, "frames is 1"),
    ],
)
def test_wrong_plans_are_explained(options, message):
    with pytest.raises(HuemanError, match=message):
        make_plan(**options)


@pytest.mark.parametrize("text", ["384x", "x256", "384*256", "-384x256", "a x b"])
def test_wrong_sizes(text):
    with pytest.raises(HuemanError, match="384x256"):
        parse_size(text)
    assert parse_size("384x256") == (384, 256)

"""Actors, places and actions drawn at random."""

from itertools import combinations

import numpy as np
import pytest

from hueman.choreography.camera import Camera
from hueman.choreography.cast import CAST
from hueman.choreography.clip import ClipRenderer
from hueman.choreography.hair import THICKNESS
from hueman.choreography.performance import performances
from hueman.choreography.presets import make_plan
from hueman.choreography.random_actor import FACES, SKINS, random_actor
from hueman.choreography.random_names import is_random, random_names
from hueman.choreography.render import render
from hueman.choreography.seeds import generator
from hueman.choreography.settings import RenderSettings
from hueman.choreography.stage import random_stage
from hueman.clips.store import Dataset
from hueman.errors import HuemanError

MANY = random_names(300)
SETTINGS = RenderSettings(height=96, width=64, frames=2)


@pytest.fixture(scope="module")
def actors():
    return [random_actor(generator(0, name)) for name in MANY]


@pytest.fixture(scope="module")
def stages():
    return [random_stage(generator(0, name)) for name in MANY]


def test_names():
    assert random_names(2) == ("random-0001", "random-0002")
    assert is_random("random-0001")
    assert is_random("random-12345")
    assert not any(is_random(name) for name in [*CAST, "random", "random-1", "random-00x1"])


def test_the_same_name_and_seed_are_the_same_actor():
    one, again = (random_actor(generator(3, "random-0007")) for _ in range(2))
    assert one == again
    assert one != random_actor(generator(4, "random-0007"))
    assert one != random_actor(generator(3, "random-0008"))


def test_everything_is_drawn_and_in_its_range(actors):
    assert {actor.upper.kind for actor in actors} == {each.upper.kind for each in CAST.values()}
    assert {actor.lower.kind for actor in actors} == {each.lower.kind for each in CAST.values()}
    assert {actor.hair.style for actor in actors} == {"none", *THICKNESS}
    for actor in actors:
        shape = actor.shape
        assert sum(shape.ancestry) == pytest.approx(1)
        assert all(0 <= value <= 1 for value in (shape.muscle, shape.weight, shape.height))
        assert not (shape.male and actor.lower.kind == "skirt")
        assert actor.beard == 0 or shape.male
        colors = [actor.skin, actor.hair_color, actor.shoes, actor.sole, actor.upper_pattern.base]
        assert all(0 <= value <= 255 for color in colors for value in color)
    for kind in ("plain", "denim"):
        assert any(actor.lower_pattern.kind == kind for actor in actors)
    assert not any(
        actor.upper_pattern.kind == "print" and actor.upper.kind in ("shirt", "hoodie")
        for actor in actors
    )


def test_skin_is_between_the_lightest_and_the_darkest_and_follows_ancestry(actors):
    skin = np.array([actor.skin for actor in actors])
    assert (skin <= SKINS[0]).all()
    assert (skin >= SKINS[-1]).all()
    african = np.array([actor.shape.ancestry[0] for actor in actors])
    assert np.corrcoef(african, skin.mean(axis=1))[0, 1] < -0.8


def test_garments_have_all_colours(actors):
    upper = np.array([actor.upper_pattern.base for actor in actors])
    assert (np.quantile(upper, 0.1, axis=0) < 60).all()
    assert (np.quantile(upper, 0.9, axis=0) > 180).all()
    assert len({actor.upper_pattern.base for actor in actors}) > 290


def test_the_faces_targets_exist(assets):
    assert all(assets.has_target(name) for name in FACES)


def test_lamps_are_in_front_and_cameras_show_the_whole_actor(stages):
    lamps = np.array([stage.illumination.lamp for stage in stages])
    np.testing.assert_allclose(np.linalg.norm(lamps, axis=1), 1)
    assert (lamps[:, 1:] > 0).all()
    assert lamps[:, 0].min() < -0.5
    assert lamps[:, 0].max() > 0.5
    usual = Camera(384, 256, 0)
    corners = np.array([[-8.3, -0.5, 0], [8.3, 23, 0]])
    assert inside(usual, corners)
    for stage in stages:
        placed = (stage.distance, stage.span, stage.level, stage.side)
        assert inside(Camera(384, 256, 0, *placed), corners)
    assert len({stage.background for stage in stages}) == 6


def inside(camera, points):
    seen = camera.project(points)[:, :2]
    return (seen >= 0).all() and (seen <= [camera.width, camera.height]).all()


def test_actions_of_each_actor_are_drawn_by_its_name():
    actions = ("march", "bow", "jack", "squat")
    drawn = performances(MANY, actions, 2, seed=1)
    assert len(drawn) == 2 * len(MANY)
    assert drawn == performances(MANY, actions, 2, seed=1)
    assert drawn[:20] == performances(MANY[:10], actions, 2, seed=1)
    pairs = {tuple(each.action for each in drawn if each.actor == name) for name in MANY}
    assert pairs == set(combinations(actions, 2))
    for each in (0, 5):
        with pytest.raises(HuemanError, match=f"actions-each is {each}; choose 1 to 4"):
            performances(MANY, actions, each)


def test_a_plan_of_random_actors():
    plan = make_plan(actions="march,bow,jack", random_actors=3, actions_each=2)
    assert plan.actors == random_names(3)
    assert len(plan.performances) == 6
    assert plan.split is None
    with_cast = make_plan(actors="plaid", random_actors=1, actions="march")
    assert with_cast.actors == ("plaid", "random-0001")
    small, more = make_plan("small"), make_plan("small", random_actors=2, actions_each=1)
    assert small.split is not None
    assert more.split is not None
    assert more.split.train_actors == (*small.split.train_actors, *random_names(2))
    assert more.split.unseen_actors == small.split.unseen_actors
    assert more.performances[:-2] == small.performances
    with pytest.raises(HuemanError, match="random-actors is -1"):
        make_plan(random_actors=-1)


def test_random_actors_are_rendered_where_the_cast_is(tmp_path):
    plan = performances(("plaid", *random_names(1)), ("march",))
    summary = render(tmp_path, SETTINGS, plan, 1)
    assert not summary.refused
    dataset = Dataset(tmp_path)
    usual, random = (dataset.read(dataset.entry(each.actor, "march")) for each in plan)
    # Another person at another place.
    assert np.abs(usual.frames[0, :10].astype(float) - random.frames[0, :10]).mean() > 10
    assert 0.05 < (random.person > 127).mean() < 0.4
    assert (random.upper > 127).sum() > 100
    again = ClipRenderer(SETTINGS)("random-0001", "march")
    np.testing.assert_array_equal(again.clip.frames, random.frames)
    other = ClipRenderer(RenderSettings(height=96, width=64, frames=2, seed=1))
    assert (other("random-0001", "march").clip.frames != random.frames).mean() > 0.5

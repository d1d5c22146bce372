"""Training from shards: what is seen, in which order, by whom; the dataset's numbers; resuming."""

from collections import Counter as Count
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest
import torch
from tiny_training import TINY, Counter, weights_of

from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.shards.store import Shards
from hueman.shards.writing import shard_dataset
from hueman.training.data import FrameSampler, load_split, open_dataset
from hueman.training.devices import make_fabric
from hueman.training.frames import gather
from hueman.training.loop import train_stage
from hueman.training.prefetch import Prefetcher
from hueman.training.sampling import ShardSampler, make_sampler
from hueman.training.shard_clips import ShardClips
from hueman.training.stage_one import StageOne

GIGABYTES_OF_A_CLIP = 8 * (8 * 96 * 64 + 216) / 1e9


@pytest.fixture(scope="module")
def shards(truth_dataset, tmp_path_factory) -> Shards:
    """One shard for each clip; four of six are for training."""
    folder = tmp_path_factory.mktemp("shards") / "out"
    shard_dataset(truth_dataset, f"{folder}/shards-%06d.tar", megabytes=1e-6)
    return Shards(str(folder))


@pytest.fixture(scope="module")
def small(shards):
    """Settings with a buffer of three clips, of which one is being used, and a split of them."""
    config = load_config("demo", [*TINY, f"buffer_gigabytes={3.1 * GIGABYTES_OF_A_CLIP}"])
    return config, load_split(shards, config, show_progress=False)


def sampler(split, batch_size=4, processes=1, span=1) -> ShardSampler:
    made = make_sampler(split.train, batch_size, 0, processes, span)
    assert isinstance(made, ShardSampler)
    return made


def test_with_room_for_all_the_order_is_that_of_the_dataset(shards, split, config):
    ours = load_split(shards, config, show_progress=False)
    names = [[(each.actor, each.action) for each in s.train] for s in (ours, split)]
    assert names[0] == names[1]
    for span in (1, 2):
        plain = FrameSampler(split.train, 3, config.seed, span)
        made = make_sampler(ours.train, 3, config.seed, 1, span)
        assert len(made) == len(plain)
        assert [made.batch(n) for n in range(30)] == [plain.batch(n) for n in range(30)]
    places = plain.batch(0)
    for name in ("rgb", "pose", "parts", "upper_color", "lower_color", "edges"):
        first, second = (getattr(gather(s.train, places), name) for s in (ours, split))
        assert torch.equal(first, second)
    assert ours.probe is ours.train
    assert torch.equal(ours.test[1].frames.rgb, split.test[1].frames.rgb)


@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize("span", [1, 2])
def test_every_frame_is_seen_once_an_epoch_by_one_process(small, processes, span):
    split = small[1]
    made = sampler(split, batch_size=1, processes=processes, span=span)
    every = {(clip, frame) for clip in range(4) for frame in range(9 - span)}
    assert len(made) == len(every)
    epochs = []
    for epoch in range(3):
        turns = range(epoch * made.share, (epoch + 1) * made.share)
        seen = [
            [made.batch(turn * processes + rank)[0] for turn in turns] for rank in range(processes)
        ]
        places = list(chain(*seen))
        assert len(set(places)) == len(places) == len(every) - len(every) % processes
        assert set(places) <= every
        epochs.append(places)
    assert epochs[0] != epochs[1] != epochs[2]


def test_blocks_are_shuffled_and_no_larger_than_the_buffer(small):
    split = small[1]
    made = sampler(split, batch_size=8)
    clips = [{clip for clip, _ in made.batch(number)} for number in range(4)]
    assert all(len(each) == 1 for each in clips)  # a block is one clip here, and a batch a block
    assert set().union(*clips) == {0, 1, 2, 3}
    frames = [frame for _, frame in made.batch(0)]
    assert frames != sorted(frames)


def test_two_processes_with_two_threads_each_see_all_once(small):
    """As training does: numbers go to processes in turn, and threads of each take them."""
    config, split = small
    whole = load_split(split.train.shards, config, show_progress=False)
    seen = []
    for rank in range(2):
        own = whole if rank else split  # another process has clips of its own
        made = sampler(own, batch_size=4, processes=2)
        batches = Prefetcher(
            lambda number, made=made, own=own: (
                made.batch(number),
                gather(own.train, made.batch(number)).rgb,
            ),
            ahead=2,
            stride=2,
        )
        for turn in range(4):  # of 32 frames, 16 for each process
            places, pictures = batches(2 * turn + rank)
            for place, picture in zip(places, pictures, strict=True):
                assert torch.equal(picture, split.train[place[0]].frames.rgb[place[1]])
            seen += places
    assert len(seen) == len(set(seen)) == 32


def test_a_batch_is_a_function_of_its_number(small):
    split = small[1]
    in_order = [sampler(split).batch(number) for number in range(24)]
    made = sampler(split)
    with ThreadPoolExecutor(4) as pool:
        backwards = list(pool.map(made.batch, reversed(range(24))))
    assert backwards[::-1] == in_order
    assert set(Count(chain(*in_order)).values()) == {3}


def test_what_is_held_is_bounded(small):
    split = small[1]
    made = sampler(split, batch_size=8)
    for number in range(12):
        gather(split.train, made.batch(number))
        assert len(split.train._held) <= 2
    assert [len(split.probe), len(split.test)] == [1, 2]


def run(split, config, folder, stop_after=None):
    stage = StageOne("upper", split, config, make_fabric(config, "cpu"))
    backward = stage.backward

    def interrupted(number):
        if number == stop_after:
            raise KeyboardInterrupt
        return backward(number)

    stage.backward = interrupted
    train_stage(stage, folder, config, Counter())
    return weights_of(*(stage.networks[name] for name in stage.networks.names))


def test_an_interrupted_run_ends_like_an_uninterrupted_one(shards, small, tmp_path):
    """The position is in the middle of the second epoch, in the last of its blocks but one."""
    config = load_config(
        "demo",
        [
            *TINY,
            f"buffer_gigabytes={small[0].buffer_gigabytes}",
            "stage_one.schedule.steps=14",
            "stage_one.schedule.batch_size=4",
            "sample_every=14",
        ],
    )
    whole = run(load_split(shards, config, False), config, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(load_split(shards, config, False), config, tmp_path / "cut", stop_after=13)
    resumed = run(load_split(shards, config, False), config, tmp_path / "cut")
    assert all(torch.equal(a, b) for a, b in zip(whole, resumed, strict=True))
    logs = [(tmp_path / name / "log.jsonl").read_text() for name in ("whole", "cut")]
    assert logs[0] == logs[1]


def test_with_room_for_all_training_makes_the_weights_of_the_dataset(
    shards, split, config, tmp_path
):
    ours = load_split(open_dataset(str(shards)), config, show_progress=False)
    both = [run(each, config, tmp_path / name) for each, name in ((split, "a"), (ours, "b"))]
    assert all(torch.equal(a, b) for a, b in zip(*both, strict=True))
    logs = [(tmp_path / name / "log.jsonl").read_text() for name in "ab"]
    assert logs[0] == logs[1]


def test_a_damaged_shard_ends_training_with_its_name(shards, small, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for each in shards.shards:
        content = (tmp_path / shards.folder / each.file).read_bytes()
        trained = each.samples[0].action != "salute"
        (copy / each.file).write_bytes(content[:-1] + b"x" if trained else content)
    index = (tmp_path / shards.folder / "shards.json").read_bytes()
    (copy / "shards.json").write_bytes(index)
    config = load_config("demo", TINY)
    split = load_split(Shards(str(copy)), config, show_progress=False)
    with pytest.raises(HuemanError, match=r"The shard .*copy/shards-00000\d\.tar is damaged"):
        run(split, config, tmp_path / "run")


def test_too_small_a_buffer_says_what_it_needs(shards):
    config = load_config("demo", [*TINY, f"buffer_gigabytes={GIGABYTES_OF_A_CLIP}"])
    with pytest.raises(HuemanError, match=r"buffer_gigabytes is .* set buffer_gigabytes=0\.0012, "):
        load_split(shards, config, show_progress=False)
    enough = load_config("demo", [*TINY, "buffer_gigabytes=0.0012"])
    train = load_split(shards, enough, show_progress=False).train
    assert isinstance(train, ShardClips)
    assert not train.all_fit


def test_all_held_out_is_an_error(shards):
    config = load_config("demo", ["test_actions=[wave_right, march, salute]"])
    with pytest.raises(HuemanError, match=r"All clips of .*out are held out .*none is left"):
        load_split(shards, config, show_progress=False)
    few = load_split(shards, load_config("demo"), show_progress=False)
    with pytest.raises(HuemanError, match="too few for 99 processes"):
        make_sampler(few.train, 4, 0, 99)

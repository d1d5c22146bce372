"""The loop on tiny real stages: resuming, what is kept, what is refused, and going back."""

import json
import shutil
import time

import numpy as np
import pytest
import torch
from damage import one_bit_changed
from tiny_training import TINY, Counter, weights_of

from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training.checkpoints import Checkpoints, read_checkpoint
from hueman.training.devices import make_fabric
from hueman.training.loop import train_stage
from hueman.training.prefetch import Prefetcher
from hueman.training.rewinding import rewind
from hueman.training.stage_one import StageOne


def make(split, config):
    return StageOne("upper", split, config, make_fabric(config, "cpu"))


def run(split, config, folder, stop_after=None):
    """Train a stage, interrupted in update `stop_after` if that is given."""
    stage = make(split, config)
    if stop_after is not None:
        backward = stage.backward

        def interrupt(number: int) -> dict[str, float]:
            if number == stop_after:
                raise KeyboardInterrupt
            return backward(number)

        stage.backward = interrupt
    train_stage(stage, folder, config, Counter())
    return stage


def test_interrupted_run_ends_like_an_uninterrupted_one(split, config, tmp_path):
    whole = run(split, config, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(split, config, tmp_path / "cut", stop_after=3)
    resumed = run(split, config, tmp_path / "cut")
    for a, b in zip(whole.encoder.parameters(), resumed.encoder.parameters(), strict=True):
        assert torch.equal(a, b)
    logs = [(tmp_path / name / "log.jsonl").read_text() for name in ("whole", "cut")]
    assert logs[0] == logs[1]
    assert [json.loads(line)["step"] for line in logs[0].splitlines()] == [1, 2, 3, 4]
    for name in ("samples/0000004.png", "curves.png"):
        files = [(tmp_path / run / name).read_bytes() for run in ("whole", "cut")]
        assert files[0] == files[1]


def test_gradients_of_accumulated_batches_are_averaged(split):
    settings = ["stage_one.schedule.steps=1", "stage_one.schedule.batch_size=2"]
    parts = make(split, load_config("demo", [*TINY, *settings, "stage_one.schedule.accumulate=2"]))
    parts.networks.start_update(1e-3)
    for number in (0, 1):
        parts.backward(number)
    separate = []
    for number in (0, 1):
        one = make(split, load_config("demo", [*TINY, *settings]))
        one.networks.start_update(1e-3)
        one.backward(number)
        separate.append([p.grad for p in one.encoder.parameters()])
    for found, *both in zip(parts.encoder.parameters(), *separate, strict=True):
        torch.testing.assert_close(found.grad, sum(both) / 2, atol=1e-6, rtol=1e-4)


def test_the_share_of_time_that_updates_waited_is_told(split, config, tmp_path):
    stage = make(split, config)
    make_batch = stage.make_batch

    def slowly(number):
        time.sleep(0.3)
        return make_batch(number)

    stage.batch = Prefetcher(slowly, ahead=0)
    notes = train_stage(stage, tmp_path, config, Counter())
    assert 4 * 0.3 / notes["seconds"] * 0.5 < notes["waiting"] < 1
    again = train_stage(make(split, config), tmp_path, config, Counter())
    assert again["waiting"] == notes["waiting"]  # nothing was left to do


def test_last_checkpoints_and_the_best_are_kept(split, tmp_path):
    config = load_config("demo", [*TINY, "stage_one.schedule.steps=12", "keep_checkpoints=2"])
    stage = make(split, config)
    values = iter([0.1, 0.9, 0.3, 0.2, 0.4, 0.5])
    stage.measure = lambda: {"r2": next(values)}
    train_stage(stage, tmp_path, config, Counter())
    names = [path.name for path in Checkpoints(tmp_path).all()]
    assert names == [f"checkpoint-{step:07d}.pt" for step in (4, 10, 12)]
    assert read_checkpoint(tmp_path / names[-1])["best_step"] == 4


def test_watching_otherwise_is_not_another_run(split, config, tmp_path):
    run(split, config, tmp_path)
    other = load_config("demo", [*TINY, "sample_every=3", "stage_two.l1_weight=3"])
    stage = make(split, other)
    counter = Counter()
    train_stage(stage, tmp_path, other, counter)
    assert counter.steps == 4


def test_checkpoint_of_other_settings_or_processes_is_refused(split, config, tmp_path):
    run(split, config, tmp_path)
    with pytest.raises(HuemanError, match=r"other settings.*--resume"):
        run(split, load_config("demo", [*TINY, "stage_one.l1_weight=3"]), tmp_path)
    newest = tmp_path / "checkpoint-0000004.pt"
    state = read_checkpoint(newest)
    torch.save(state | {"processes": 3}, newest)
    with pytest.raises(HuemanError, match="3 processes, these are 1"):
        run(split, config, tmp_path)


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_taken(split, config, tmp_path, capsys):
    whole = run(split, config, tmp_path)
    before, newest = Checkpoints(tmp_path).all()
    for damaged in (one_bit_changed(newest), b"not a checkpoint", b""):
        newest.write_bytes(damaged)
        again = run(split, config, tmp_path)
        assert f"{newest} is damaged; going on from {before}" in capsys.readouterr().err
        pairs = zip(weights_of(again.encoder), weights_of(whole.encoder), strict=True)
        assert all(torch.equal(one, other) for one, other in pairs)
        read_checkpoint(newest)  # which has been written anew


def test_a_run_is_not_begun_anew_where_all_checkpoints_are_damaged(split, config, tmp_path):
    run(split, config, tmp_path)
    for path in Checkpoints(tmp_path).all():
        path.write_bytes(one_bit_changed(path))
    with pytest.raises(HuemanError, match=r"0000004\.pt is damaged \(.*checksum.*\); delete it"):
        run(split, config, tmp_path)
    assert len(Checkpoints(tmp_path).all()) == 2


def test_a_folder_that_is_deleted_meanwhile_is_one_clear_sentence(split, config, tmp_path):
    stage, folder = make(split, config), tmp_path / "stage"
    backward = stage.backward

    def deleting(number):
        if number == 2:
            shutil.rmtree(folder)
        return backward(number)

    stage.backward = deleting
    with pytest.raises(HuemanError, match=r"stage was deleted or moved while it was written to"):
        train_stage(stage, folder, config, Counter())
    assert not folder.exists()


def test_nan_stops_and_names_the_last_good_checkpoint(split, config, tmp_path):
    stage = make(split, config)
    backward = stage.backward
    stage.backward = lambda number: backward(number) | ({"l1": np.nan} if number == 3 else {})
    message = r"diverged at update 4 \(l1\).*checkpoint-0000002\.pt.*--resume"
    with pytest.raises(HuemanError, match=message):
        train_stage(stage, tmp_path, config, Counter())
    assert [path.name for path in Checkpoints(tmp_path).all()] == ["checkpoint-0000002.pt"]


def test_only_one_process_trains_in_a_folder(split, config, tmp_path, monkeypatch):
    monkeypatch.setattr("hueman.training.checkpoints.LOCK_TIMEOUT_SECONDS", 0.1)
    with (
        Checkpoints(tmp_path).locked(),
        pytest.raises(HuemanError, match="Another process is training"),
    ):
        run(split, config, tmp_path)


def test_what_a_killed_writer_left_is_cleared(split, config, tmp_path):
    left = tmp_path / ".abc.unfinished"
    left.mkdir()
    (left / ".lock").touch()
    (left / "checkpoint-0000002.pt").write_bytes(b"half a checkpoint")
    run(split, config, tmp_path)
    assert not left.exists()


def test_going_back_to_a_checkpoint_sets_later_results_aside(split, config, tmp_path):
    folder = tmp_path / "stage_one" / "upper"
    run(split, config, folder)
    (tmp_path / "stage_two").mkdir()
    (tmp_path / "stage_two" / "log.jsonl").touch()
    slower = load_config("demo", [*TINY, "stage_one.schedule.learning_rate=1e-5"])
    first = folder / "checkpoint-0000002.pt"
    message = rewind(tmp_path, first, slower, processes=1)
    assert "update 2; 2 later results" in message
    assert Checkpoints(folder).newest() == first
    kept = tmp_path / "superseded"
    assert (kept / "stage_one" / "upper" / "checkpoint-0000004.pt").is_file()
    assert (kept / "stage_two" / "log.jsonl").is_file()
    stage = run(split, slower, folder)
    assert stage.schedule.learning_rate == 1e-5
    assert [json.loads(line)["step"] for line in (folder / "log.jsonl").open()] == [1, 2, 3, 4]


@pytest.mark.parametrize("place", ["nowhere.pt", "../elsewhere.pt", "superseded/old.pt"])
def test_going_back_to_something_else_is_refused(config, tmp_path, place):
    out = tmp_path / "run"
    out.mkdir()
    (out / "superseded").mkdir()
    for file in (tmp_path / "elsewhere.pt", out / "superseded" / "old.pt"):
        file.touch()
    with pytest.raises(HuemanError, match="give auto, never, or a checkpoint in"):
        rewind(out, out / place, config, processes=1)

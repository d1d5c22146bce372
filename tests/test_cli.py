"""The command line: exit statuses, clear errors, and each command once for real."""

import hashlib
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from tiny_tflite import give_weights, write_network

from hueman import cli
from hueman.clips.encoding import write_video
from hueman.clips.split import read_split
from hueman.clips.store import Dataset
from hueman.clips.video import Video
from hueman.config import load_config
from hueman.perception.base import SeenClass
from hueman.training.deformable_gan import DeformableGanModel, save_deformable_gan
from hueman.training.model import VideoModel, save_model
from hueman.weights.catalogue import WEIGHTS, WeightEntry


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["hueman", *(str(argument) for argument in arguments)])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    return exit_.value.code


@pytest.fixture(scope="module")
def short_clip(clips_folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("short") / "plaid" / "salute.mp4"
    write_video(path, Video(clips_folder / "plaid" / "salute.mp4").read()[::12], 2)
    return path


def test_module_entry_point_shows_all_commands():
    help_ = subprocess.run(
        [sys.executable, "-m", "hueman", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for command in cli.COMMANDS:
        assert command in help_


def test_user_errors_are_one_line_and_status_one(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, "train", tmp_path, "--out", tmp_path / "run") == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "hueman prepare" in error
    assert "Traceback" not in error


def test_interruption_says_how_to_go_on(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.COMMANDS, "weights", interrupted)
    assert run(monkeypatch, "weights") == 130
    assert "again to go on" in capsys.readouterr().err


def test_a_repeated_option_loses_none_of_its_words(monkeypatch, capsys, tmp_path):
    wrong = "stage_two.no_such_setting=1"
    more = ("--set", "stage_one.kl_weight=0")
    assert (
        run(monkeypatch, "train", tmp_path, "-o", tmp_path, "--set", "height=96", wrong, *more) == 1
    )
    assert "no_such_setting" in capsys.readouterr().err


def test_prepare_refuses_broken_clips_and_keeps_the_others(
    monkeypatch, capsys, tmp_path, short_clip
):
    (tmp_path / "plaid").mkdir()
    (tmp_path / "plaid" / "broken.mp4").write_bytes(b"no video")
    out = tmp_path / "dataset"
    size = ("--height", 96, "--width", 64)
    status = run(monkeypatch, "prepare", short_clip, tmp_path / "plaid", "--out", out, *size)
    printed = capsys.readouterr().out
    assert status == 1
    assert "1 clips prepared" in printed
    assert "plaid/broken" in printed
    assert (out / "clips" / "plaid" / "salute.png").exists()
    assert run(monkeypatch, "prepare", short_clip, "--out", out, *size) == 0
    assert "already prepared" in capsys.readouterr().out


def test_render_makes_a_dataset_with_videos_and_split(monkeypatch, capsys, tmp_path):
    out, videos = tmp_path / "dataset", tmp_path / "videos"
    options = ("--preset", "tiny", "--actions", "march,bow", "--frames", 2, "--videos", videos)
    assert run(monkeypatch, "render", "-o", out, *options) == 0
    printed = capsys.readouterr().out
    assert f"4 clips rendered in {out}" in printed
    assert f"{videos}" in printed
    assert {entry.length for entry in Dataset(out).entries} == {2}
    split = read_split(out)
    assert split is not None
    assert len(split.unseen_actors) == len(split.test_actions) == 1
    assert Video(videos / "plaid" / "bow.mp4").read().shape == (2, 96, 64, 3)
    assert run(monkeypatch, "render", "-o", out, "--actors", "nobody") == 1
    assert "choose from plaid, mustard" in capsys.readouterr().err


def test_split_and_evaluate(monkeypatch, capsys, tmp_path, truth_dataset):
    dataset, out, numbers = tmp_path / "dataset", tmp_path / "out", tmp_path / "numbers.json"
    shutil.copytree(truth_dataset.root, dataset)
    torch.manual_seed(0)
    tiny = ["stage_one.encoder.channels=8", "stage_two.generator.channels=4", "test_actions=[]"]
    save_model(VideoModel(load_config("demo", tiny)), tmp_path / "run" / "model.safetensors", {})
    arguments = ("evaluate", tmp_path / "run", dataset, "-o", out, "--json", numbers)
    assert run(monkeypatch, *arguments) == 1
    assert "'hueman split'" in capsys.readouterr().err
    assert run(monkeypatch, "split", dataset, "--test-actions", 1, "--unseen-actors", 1) == 0
    split = read_split(dataset)
    assert split is not None
    assert f"actions kept out: {split.test_actions[0]}." in capsys.readouterr().out
    assert run(monkeypatch, "split", dataset) == 1
    assert "delete it to draw another" in capsys.readouterr().err
    assert run(monkeypatch, *arguments, "--codes", 60, "--device", "cpu") == 0
    printed = capsys.readouterr().out
    content = json.loads(numbers.read_text("utf-8"))
    assert content["dataset"]["clips"] == [f"{split.train_actors[0]}/{split.test_actions[0]}"]
    for name, estimate in content["methods"]["model"]["mean"].items():
        if estimate["count"]:
            assert f"{name:32} {estimate['mean']:8.4f}" in printed
    assert f"Open {out / 'report.html'}" in printed
    assert (out / "report.html").exists()
    arguments = ("evaluate", tmp_path / "run", truth_dataset.root, "-o", tmp_path / "all")
    assert run(monkeypatch, *arguments, "--on", "actors") == 1
    assert "'hueman split --unseen-actors'" in capsys.readouterr().err
    assert run(monkeypatch, *arguments, "--on", "all", "--device", "cpu") == 0
    content = json.loads((tmp_path / "all" / "result.json").read_text("utf-8"))
    assert len(content["dataset"]["clips"]) == 6
    assert not content["methods"]["model"]["latent_space"]


def test_evaluate_refuses_what_it_cannot_judge(monkeypatch, capsys, tmp_path, truth_dataset):
    arguments = ("evaluate", tmp_path / "none", truth_dataset.root, "-o", tmp_path / "out")
    assert run(monkeypatch, *arguments) == 1
    assert "There is no model at" in capsys.readouterr().err
    assert run(monkeypatch, "evaluate", tmp_path, tmp_path, "-o", tmp_path / "out") == 1
    assert "holds no prepared clips" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_unknown_benchmarks_are_refused(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, "benchmark", "choreo-nope", "-o", tmp_path / "out") == 2
    assert "choreo-tiny" in capsys.readouterr().err
    arguments = ("benchmark", "choreo-tiny", "-o", tmp_path / "out", "--only", "nothing")
    assert run(monkeypatch, *arguments) == 1
    assert "there are proposed, deformable_gan" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_generate_refuses_a_baseline_in_one_sentence(monkeypatch, capsys, tmp_path, short_clip):
    settings = "deformable_gan={schedule: {steps: 4}, channels: 4, levels: 3}"
    model = DeformableGanModel(load_config("demo", ["method=deformable_gan", settings]))
    save_deformable_gan(model, tmp_path / "model.safetensors", {})
    options = ("--content", short_clip, "--drive", short_clip, "-o", tmp_path / "out.mp4")
    assert run(monkeypatch, "generate", tmp_path, *options) == 1
    error = capsys.readouterr().err
    assert "is not a hueman model (format hueman-deformable-gan-1, not" in error
    assert error.count("\n") == 1


def test_movements_that_cannot_be_are_refused_in_one_sentence(monkeypatch, capsys, tmp_path):
    options = ("--content", "a.png", "--drive", "camera:0", "-o", tmp_path / "out.mp4")
    for name, value in (("speed", 99), ("loop", 0), ("seconds", 3600)):
        assert run(monkeypatch, "generate", tmp_path, *options, f"--{name}", value) == 1
        assert capsys.readouterr().err.startswith(f"error: {name} is {value}; choose ")


def test_recolor_and_poses(monkeypatch, capsys, tmp_path, short_clip):
    out = tmp_path / "out.mp4"
    assert run(monkeypatch, "recolor", short_clip, "--upper", "teal", "-o", out) == 0
    assert Video(out).read().shape == (4, 384, 256, 3)
    assert run(monkeypatch, "recolor", short_clip, "-o", out) == 1
    colors = "--palette", "teal,gold"
    assert run(monkeypatch, "recolor", short_clip, *colors, "-o", tmp_path / "ways") == 0
    assert {path.name for path in (tmp_path / "ways").iterdir()} == {"teal.mp4", "gold.mp4"}
    assert run(monkeypatch, "recolor", short_clip, *colors, "--upper", "red", "-o", out) == 1
    of_nothing = "--upper", "red", "--region", "both"
    assert run(monkeypatch, "recolor", short_clip, *of_nothing, "-o", out) == 1
    assert "--region is for a palette" in capsys.readouterr().err
    assert run(monkeypatch, "poses", short_clip, "-o", tmp_path / "poses") == 0
    assert "4 poses" in capsys.readouterr().out
    assert len(list((tmp_path / "poses").glob("*.json"))) == 4


def test_garments_may_be_found_with_a_network(monkeypatch, capsys, tmp_path, short_clip):
    skin = 20.0 * np.eye(6)[SeenClass.BODY_SKIN]
    give_weights(monkeypatch, write_network(tmp_path / "tiny.tflite", np.zeros((6, 3)), skin))
    for way, status in (("body", 0), ("multiclass", 0), ("clothes", 2)):
        options = ("--upper", "teal", "-o", tmp_path / f"{way}.mp4", "--garments", way)
        assert run(monkeypatch, "recolor", short_clip, *options) == status
    first, second = (Video(tmp_path / f"{way}.mp4").read() for way in ("body", "multiclass"))
    assert (first != second).any()
    assert run(monkeypatch, "prepare", short_clip, "-o", tmp_path, "--garments", "clothes") == 2
    assert capsys.readouterr().err.count("invalid choice 'clothes'") == 2


def test_weights_list_names_every_entry(monkeypatch, capsys):
    assert run(monkeypatch, "weights", "list") == 0
    assert "blazepose" in capsys.readouterr().out
    assert run(monkeypatch, "weights", "path") == 1
    assert run(monkeypatch, "weights", "path", "hed") == 0
    assert "hed" in capsys.readouterr().out


def test_weights_pull_without_names_fetches_all_that_can_be_had(monkeypatch, capsys, tmp_path):
    source = tmp_path / "tiny.bin"
    source.write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    monkeypatch.setenv("HUEMAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HUEMAN_WEIGHTS", raising=False)
    for name in list(WEIGHTS):
        monkeypatch.delitem(WEIGHTS, name)
    for name in ("first", "gone", "last"):
        url = f"file://{tmp_path}/none.bin" if name == "gone" else source.as_uri()
        entry = WeightEntry(f"{name}.bin", "a test", "CC0", 7, digest, urls=(url,))
        monkeypatch.setitem(WEIGHTS, name, entry)
    assert run(monkeypatch, "weights", "pull") == 1
    printed = capsys.readouterr()
    cached = tmp_path / "cache" / "weights"
    assert printed.out.split() == [str(cached / "first.bin"), str(cached / "last.bin")]
    assert "\nerror: The weights gone could not be fetched" in printed.err
    monkeypatch.delitem(WEIGHTS, "gone")
    assert run(monkeypatch, "weights", "pull") == 0

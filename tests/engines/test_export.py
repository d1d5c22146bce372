"""Exported graphs: the same frames without torch, and who uses them."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from tiny_model import tiny_model, tiny_model_file

from hueman.engines.engine import OpenVinoEngine, TorchEngine, choose_engine
from hueman.engines.export import TOLERANCE, differences, export
from hueman.engines.graph import NextFrame, PictureNorm, export_graph, random_inputs
from hueman.engines.int8 import quantized
from hueman.engines.onnx_graph import ONNX_FILE, OnnxGraph
from hueman.engines.openvino_graph import OPENVINO_FILE, OpenVinoGraph, openvino_graph
from hueman.errors import HuemanError
from hueman.generation.generator import HumanVideoGenerator
from hueman.training.model import load_model, save_model
from hueman.training.model_file import MODEL_FILE

CPU = torch.device("cpu")
ALONE = (
    "stage_two.generator.previous_frame=false",
    "stage_two.warm_up_frames=0",
    "stage_two.previous_noise=0",
)
COLORLESS = ("stage_two.appearance=false", "lightness_augmentation=false")
REAL_TIME = ("stage_two.generator.network=pixel_shuffle", "stage_two.mending=correction")


def lively(model):
    """Give untrained corrections something to do, so that a graph could be wrong."""
    torch.manual_seed(1)
    torch.nn.init.normal_(model.generator.last.weight, std=0.02)
    return model


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    save_model(lively(tiny_model(*REAL_TIME)), folder / "run" / MODEL_FILE, {"about": "it"})
    return export(folder / "run", folder / "graph").folder


def test_the_graph_makes_the_frames_of_torch_for_any_number_at_once(exported):
    model, graph = load_model(exported)[0], OpenVinoGraph(exported / OPENVINO_FILE)
    made = NextFrame(model)
    for count in (1, 2, 5):
        inputs = random_inputs(model, count)
        with torch.inference_mode():
            expected = made(**inputs)
        assert (graph(inputs) - expected).abs().max() * 127.5 < TOLERANCE
        base = made(**{**inputs, "previous": -inputs["previous"]})
        assert (base - expected).abs().max() > 0.01  # the network does something


@pytest.mark.parametrize(
    "settings",
    [
        REAL_TIME,
        (),
        COLORLESS,
        (*ALONE, "stage_two.generator.network=unet", "stage_two.generator.unet_levels=4"),
    ],
    ids=["real time", "coarse to fine", "the paper's", "each frame alone"],
)
def test_onnx_makes_the_same_frames(tmp_path, settings):
    model = tiny_model(*settings)
    save_model(lively(model) if settings == REAL_TIME else model, tmp_path / MODEL_FILE, {})
    made = export(tmp_path / MODEL_FILE, tmp_path / "graph", "onnx")
    model, run = load_model(tmp_path)[0], OnnxGraph(tmp_path / "graph" / ONNX_FILE)
    mean, largest = differences(model, run, [random_inputs(model, 4)])
    assert mean <= largest < TOLERANCE
    record = json.loads((tmp_path / "graph" / "export.json").read_text("utf-8"))
    assert record["file"] == ONNX_FILE
    assert set(record["inputs"]) == set(random_inputs(model, 1))
    assert ("previous" in record["inputs"]) == ("previous" in model.generator.inputs)
    assert record["largest_difference"] == made.record.largest_difference < TOLERANCE


def test_a_video_by_the_graph_is_the_video_by_torch(exported, clips_folder):
    content = next(clips_folder.rglob("*.mp4"))
    videos = []
    for engine, kind in (("torch", TorchEngine), ("auto", OpenVinoEngine)):
        generator = HumanVideoGenerator.from_pretrained(
            exported, device="cpu", precision="fp32", engine=engine
        )
        assert isinstance(generator.predictor.engine, kind)
        generator.set_content(content)
        pose = generator.poses("wave_both")[:4]
        clothes = generator.sample(1)[0]  # whose colours have to be read from it
        videos.append(np.stack(list(generator.stream_poses(pose, clothes=clothes))).astype(int))
    assert np.abs(videos[0] - videos[1]).max() <= 1


def test_the_engine_is_torch_without_a_graph(tmp_path):
    file = tiny_model_file(tmp_path)
    model = load_model(file)[0]
    assert isinstance(choose_engine("auto", model, file, CPU, torch.float32), TorchEngine)
    assert isinstance(choose_engine("auto", model, None, CPU, torch.float32), TorchEngine)
    for path in (file, None):
        with pytest.raises(HuemanError, match="hueman export"):
            choose_engine("openvino", model, path, CPU, torch.float32)
    with pytest.raises(HuemanError, match="engine is 'tensorrt'"):
        choose_engine("tensorrt", model, file, CPU, torch.float32)


def test_by_itself_a_graph_is_used_where_torch_would_be_slow(exported):
    file = exported / MODEL_FILE
    model = load_model(file)[0]
    for name, dtype, kind in (
        ("auto", torch.float32, OpenVinoEngine),
        ("auto", torch.bfloat16, TorchEngine),
        ("openvino", torch.bfloat16, OpenVinoEngine),
        ("torch", torch.float32, TorchEngine),
    ):
        assert isinstance(choose_engine(name, model, file, CPU, dtype), kind)


def test_by_itself_a_graph_is_used_where_it_is_faster_than_bfloat16(exported, tmp_path):
    export(exported, tmp_path / "eight", eight_bits=True)
    save_model(tiny_model(*COLORLESS), tmp_path / MODEL_FILE, {})
    export(tmp_path / MODEL_FILE, tmp_path / "half")
    for folder in (tmp_path / "eight", tmp_path / "half"):
        file = folder / MODEL_FILE
        engine = choose_engine("auto", load_model(file)[0], file, CPU, torch.bfloat16)
        assert isinstance(engine, OpenVinoEngine)


def test_without_clothes_colors_a_graph_computes_in_bfloat16(tmp_path):
    model = tiny_model(*COLORLESS)
    save_model(model, tmp_path / MODEL_FILE, {})
    export(tmp_path / MODEL_FILE, tmp_path / "graph")
    run = OpenVinoGraph(tmp_path / "graph" / OPENVINO_FILE, torch.bfloat16)
    mean, _ = differences(load_model(tmp_path / MODEL_FILE)[0], run, [random_inputs(model, 2)])
    can = torch.cpu.get_capabilities()
    rounds = bool(can.get("avx512_bf16") or can.get("amx_bf16"))
    assert (mean > TOLERANCE / 100) == rounds
    assert mean < 4


def test_clothes_colors_are_never_found_in_bfloat16(exported):
    model = load_model(exported)[0]
    run = OpenVinoGraph(exported / OPENVINO_FILE, torch.bfloat16)
    assert differences(model, run, [random_inputs(model, 2)])[1] < TOLERANCE


def test_a_normalization_in_one_piece_is_instance_normalization():
    features = torch.randn(2, 3, 8, 6, generator=torch.Generator().manual_seed(0)) * 5 + 2
    expected = torch.nn.InstanceNorm2d(3)(features)
    torch.testing.assert_close(PictureNorm(1e-5)(features), expected, rtol=1e-5, atol=1e-5)


def test_eight_bits_reach_both_stages():
    """All convolutions but the last."""
    model = tiny_model(*COLORLESS).eval()
    graph = openvino_graph(export_graph(model), random_inputs(model, 2))
    eight = quantized(graph, [random_inputs(model, 1)] * 2)
    inputs = [
        node.input_value(0).get_node()
        for node in eight.get_ordered_ops()
        if node.get_type_name().startswith("Convolution")
    ]
    # Numbers may become 8-bit ones before they are padded.
    inputs = [
        node.input_value(0).get_node() if node.get_type_name() == "Pad" else node for node in inputs
    ]
    kinds = [node.get_type_name() for node in inputs]
    assert len(kinds) - kinds.count("FakeQuantize") == 1
    assert len(kinds) > 10


def test_a_graph_of_another_model_is_refused(exported, tmp_path):
    for file in exported.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    file = tmp_path / MODEL_FILE
    model = load_model(file)[0]
    save_model(model, file, {"about": "another"})
    with pytest.raises(HuemanError, match="exported from another model"):
        choose_engine("auto", model, file, CPU, torch.float32)
    (tmp_path / "export.json").write_text("[]", "utf-8")
    with pytest.raises(HuemanError, match=r"export\.json does not say"):
        choose_engine("auto", model, file, CPU, torch.float32)


def test_a_damaged_graph_is_named(tmp_path):
    graph = tmp_path / OPENVINO_FILE
    graph.write_text("<net", "utf-8")
    with pytest.raises(HuemanError, match="cannot be used"):
        OpenVinoGraph(graph)


def test_only_an_earlier_export_is_replaced(exported, tmp_path):
    keep = tmp_path / "holiday.jpg"
    keep.write_bytes(b"1")
    for out in (tmp_path, keep):
        with pytest.raises(HuemanError, match="has other files in it"):
            export(exported, out)
    assert keep.read_bytes() == b"1"
    own = tiny_model_file(tmp_path / "own")  # a model that nobody has exported
    with pytest.raises(HuemanError, match="has other files in it"):
        export(exported, own.parent)
    (tmp_path / "empty").mkdir()
    assert export(exported, tmp_path / "empty", "onnx").folder == tmp_path / "empty"
    weights = (exported / OPENVINO_FILE).with_suffix(".bin")
    before, files = weights.read_bytes(), sorted(exported.iterdir())
    export(exported, exported)
    assert weights.read_bytes() == before
    assert sorted(exported.iterdir()) == files
    photo = exported / "holiday.jpg"  # somebody keeps things in an exported folder
    photo.write_bytes(b"2")
    with pytest.raises(HuemanError, match="has other files in it"):
        export(exported, exported)
    photo.unlink()


@pytest.mark.parametrize("wrong", [0.01, float("nan")])
def test_a_graph_that_makes_other_frames_is_not_written(exported, tmp_path, monkeypatch, wrong):
    call = OpenVinoGraph.__call__
    monkeypatch.setattr(OpenVinoGraph, "__call__", lambda self, inputs: call(self, inputs) + wrong)
    with pytest.raises(HuemanError, match="differ from torch's by up to"):
        export(exported, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_eight_bits_are_for_openvino(exported, tmp_path):
    with pytest.raises(HuemanError, match="--format openvino"):
        export(exported, tmp_path / "out", "onnx", eight_bits=True)


def test_in_eight_bits_frames_differ_little_and_by_how_much_is_told(exported, tmp_path):
    made = export(exported, tmp_path / "graph", eight_bits=True)
    assert 0 < made.record.mean_difference < 2
    assert made.record.eight_bits
    small, large = (
        (folder / OPENVINO_FILE).with_suffix(".bin").stat().st_size
        for folder in (tmp_path / "graph", exported)
    )
    assert small < large / 2
    assert f"{made.record.mean_difference:.2g} levels" in str(made)


def test_nothing_is_reported_to_anybody():
    """OpenVINO's own package for that is never imported, whoever imports OpenVINO first."""
    code = (
        "import sys; from hueman.engines.requirements import load; load('openvino');"
        "assert sys.modules['openvino_telemetry'] is None"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_missing_is_said(monkeypatch, exported, tmp_path):
    monkeypatch.setattr("hueman.engines.requirements.find_spec", lambda name: None)
    with pytest.raises(HuemanError, match=r"need openvino.*hueman\[export\]"):
        export(exported, tmp_path / "out")
    with pytest.raises(HuemanError, match="need onnx,"):
        export(exported, tmp_path / "out", "onnx")
    assert not (tmp_path / "out").exists()

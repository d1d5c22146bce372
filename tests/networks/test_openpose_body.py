from collections import OrderedDict

import pytest
import torch

from hueman.networks.openpose_body import OpenPoseBody
from hueman.weights.published import load_exactly, read_state

PUBLISHED_BYTES = 209_267_595
"""Of body_pose_model.pth."""

# The published network, layer by layer: name, inputs, outputs, kernel.
TRUNK = """
conv1_1 3 64 3
conv1_2 64 64 3
conv2_1 64 128 3
conv2_2 128 128 3
conv3_1 128 256 3
conv3_2 256 256 3
conv3_3 256 256 3
conv3_4 256 256 3
conv4_1 256 512 3
conv4_2 512 512 3
conv4_3_CPM 512 256 3
conv4_4_CPM 256 128 3
"""
FIRST_STAGE = """
conv5_1_CPM_L{branch} 128 128 3
conv5_2_CPM_L{branch} 128 128 3
conv5_3_CPM_L{branch} 128 128 3
conv5_4_CPM_L{branch} 128 512 1
conv5_5_CPM_L{branch} 512 {maps} 1
"""
LATER_STAGE = """
Mconv1_stage{stage}_L{branch} 185 128 7
Mconv2_stage{stage}_L{branch} 128 128 7
Mconv3_stage{stage}_L{branch} 128 128 7
Mconv4_stage{stage}_L{branch} 128 128 7
Mconv5_stage{stage}_L{branch} 128 128 7
Mconv6_stage{stage}_L{branch} 128 128 1
Mconv7_stage{stage}_L{branch} 128 {maps} 1
"""


def published_shapes() -> dict[str, tuple[int, ...]]:
    """Shape of each tensor of the published file, by its key."""
    table = TRUNK
    for branch, maps in ((1, 38), (2, 19)):
        table += FIRST_STAGE.format(branch=branch, maps=maps)
        for stage in range(2, 7):
            table += LATER_STAGE.format(stage=stage, branch=branch, maps=maps)
    shapes: dict[str, tuple[int, ...]] = {}
    for name, *numbers in (line.split() for line in table.split("\n") if line):
        inputs, outputs, kernel = map(int, numbers)
        shapes[f"{name}.weight"] = (outputs, inputs, kernel, kernel)
        shapes[f"{name}.bias"] = (outputs,)
    return shapes


@pytest.fixture(scope="module")
def network() -> OpenPoseBody:
    return OpenPoseBody().eval().requires_grad_(False)


def test_tensors_are_those_of_the_published_file(network):
    found = {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}
    assert found == published_shapes()
    assert len(found) == 2 * (12 + 2 * 5 + 5 * 2 * 7)


def test_their_number_accounts_for_the_published_size(network):
    """52 311 446 numbers of four bytes; what is left is torch's header, 236 bytes a tensor."""
    numbers = sum(tensor.numel() for tensor in network.state_dict().values())
    assert numbers == sum(torch.Size(shape).numel() for shape in published_shapes().values())
    assert numbers == 52_311_446
    overhead = PUBLISHED_BYTES - 4 * numbers
    assert 0 < overhead < 300 * len(network.state_dict())


def test_maps_are_an_eighth_of_the_picture(network):
    affinities, heat_maps = network(torch.zeros(2, 3, 64, 48))
    assert affinities.shape == (2, 38, 8, 6)
    assert heat_maps.shape == (2, 19, 8, 6)


def test_a_first_convolution_sees_blue_first_and_half_around_zero():
    network = OpenPoseBody().eval()
    seen = []
    network["conv1_1"].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    red = torch.tensor([1.0, -1.0, 0.0]).view(1, 3, 1, 1).expand(1, 3, 8, 8)
    with torch.inference_mode():
        network(red)
    levels = seen[0][0, :, 0, 0] * 256 + 128
    torch.testing.assert_close(levels, torch.tensor([127.5, 0.0, 255.0]))


def test_maps_may_be_negative():
    """Fields have directions; the last convolution of a branch has no rectifier."""
    network = OpenPoseBody().eval()
    for name in ("Mconv7_stage6_L1", "Mconv7_stage6_L2"):
        torch.nn.init.constant_(network[name].bias, -1)  # type: ignore[arg-type]
    with torch.inference_mode():
        affinities, heat_maps = network(torch.zeros(1, 3, 16, 16))
    assert affinities.max() < 0
    assert heat_maps.max() < 0


@pytest.mark.parametrize(("zipped", "larger"), [(False, 8_000), (True, 40_000)])
def test_a_checkpoint_as_published_is_loaded(network, tmp_path, zipped, larger):
    """In torch's older format or as a zip file; by the headers the published one is of the older.

    A header of this version of torch is some bytes larger for each tensor than the published; it
    names places in memory, whose numbers are longer in a large process.
    """
    path = tmp_path / "body_pose_model.pth"
    state = OrderedDict((key, torch.full(shape, 0.25)) for key, shape in published_shapes().items())
    torch.save(state, path, _use_new_zipfile_serialization=zipped)
    assert 0 < path.stat().st_size - PUBLISHED_BYTES < larger
    load_exactly(network, read_state(path), path.name)
    path.unlink()
    assert all((tensor == 0.25).all() for tensor in network.state_dict().values())

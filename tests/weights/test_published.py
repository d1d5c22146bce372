import pytest
import torch
from torch import nn

from hueman.errors import HuemanError
from hueman.weights.published import load_exactly, read_state


def test_every_key_must_fit(tmp_path):
    source, target = nn.Linear(3, 2), nn.Linear(3, 2)
    torch.save(source.state_dict(), tmp_path / "linear.pth")
    load_exactly(target, read_state(tmp_path / "linear.pth"), "linear.pth")
    assert torch.equal(source.weight, target.weight)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("bias"), "lacks bias"),
        (lambda state: state.update(extra=torch.zeros(1)), "has unknown extra"),
        (lambda state: state.update(bias=torch.zeros(5)), r"another shape for bias \(\(5,\)"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    network = nn.Linear(3, 2)
    before = network.weight.clone()
    state = {key: value + 1 for key, value in network.state_dict().items()}
    change(state)
    with pytest.raises(HuemanError, match=message):
        load_exactly(network, state, "a file")
    assert torch.equal(network.weight, before)


class Hostile:
    def __reduce__(self):
        return (exec, ("raise SystemExit('ran')",))


@pytest.mark.parametrize("content", [Hostile(), [1, 2], {"weight": "text"}])
def test_files_that_hold_anything_else_are_refused(content, tmp_path):
    torch.save(content, tmp_path / "file.pth")
    with pytest.raises(HuemanError, match=r"file\.pth"):
        read_state(tmp_path / "file.pth")


def test_damaged_file_is_refused(tmp_path):
    (tmp_path / "file.pth").write_bytes(b"no weights")
    with pytest.raises(HuemanError, match="fetch it again"):
        read_state(tmp_path / "file.pth")

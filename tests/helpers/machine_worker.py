"""One of the processes of two machines that train together; writes down what it saw.

python machine_worker.py DATASET OUT hueman-arguments: started by torchrun. After its own checks it
becomes the command `hueman`, with the arguments that follow.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

import torch
from tiny_training import TINY

from hueman.cli import main
from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training.data import load_split
from hueman.training.devices import make_fabric
from hueman.training.loop import make_update
from hueman.training.model import VideoModel
from hueman.training.shared_view import as_first_sees, check_same_data, check_same_folder
from hueman.training.stage import Stage
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo
from hueman.training.watch import watched
from hueman.weights.readers import load_vgg

LOST_AFTER_SECONDS = 6.0


def gradients_of_first_updates(dataset: Path, processes: int) -> dict[str, dict[str, torch.Tensor]]:
    """Make the first update of both stages, of four batches; return gradients by stage and name."""
    count = 4 // processes
    accumulate = [f"stage_{each}.schedule.accumulate={count}" for each in ("one", "two")]
    config = load_config("demo", [*TINY, *accumulate])
    fabric = make_fabric(config, "cpu")
    split = load_split(Dataset(dataset), config, show_progress=False)
    torch.manual_seed(0)
    stage_two = StageTwo(VideoModel(config), load_vgg("vgg16", 2), split, config, fabric)
    stages: list[Stage] = [StageOne("upper", split, config, fabric), stage_two]
    return {stage.name: _gradients(stage) for stage in stages}


def _gradients(stage: Stage) -> dict[str, torch.Tensor]:
    make_update(stage, 0, 1e-3)
    return {
        f"{name}.{key}": parameter.grad.clone()
        for name in stage.networks.names
        for key, parameter in stage.networks[name].module.named_parameters()
        if parameter.grad is not None
    }


def observe(dataset: Path, out: Path) -> None:
    """Write down gradients, and what happens when machines do not see the same."""
    gradients = gradients_of_first_updates(dataset, 4)
    fabric = make_fabric(load_config("demo", TINY), "cpu")
    own = out / f"machine-{fabric.node_rank}"
    own.mkdir(exist_ok=True)
    record = {
        "digest": hashlib.sha256(
            b"".join(
                each.numpy().tobytes() for stage in gradients.values() for each in stage.values()
            )
        ).hexdigest(),
        "folder": _refusal(lambda: check_same_folder(own, fabric)),
        "shared folder": _refusal(lambda: check_same_folder(out, fabric)),
        "data": _refusal(lambda: check_same_data(fabric.node_rank, "clips", fabric)),
        "same data": _refusal(lambda: check_same_data("equal", "clips", fabric)),
        "named": str(as_first_sees(out if fabric.is_global_zero else None, fabric)),
    }
    with watched(fabric, LOST_AFTER_SECONDS, lambda: "not lost"):
        if fabric.is_global_zero:
            time.sleep(LOST_AFTER_SECONDS + 6)  # longer than the others wait for a word
        fabric.barrier()
    if fabric.is_global_zero:
        torch.save(gradients, out / "gradients.pt")
    (out / f"record-{fabric.global_rank}.json").write_text(json.dumps(record))


def _refusal(check) -> str:
    try:
        check()
    except HuemanError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    observe(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.argv[1:] = sys.argv[3:]
    main()

"""One of several processes that train together; writes down what it did, for the test to compare.

python replica_worker.py DATASET OUT PROCESSES: started once for each process, by torchrun.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import torch
from tiny_training import TINY, Counter

from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.training.checkpoints import Checkpoints
from hueman.training.data import load_split
from hueman.training.devices import make_fabric
from hueman.training.loop import train_stage
from hueman.training.stage_one import StageOne


def main(dataset: Path, out: Path, processes: int) -> None:
    """Train a stage, two batches for each update between all processes."""
    accumulate = 2 // processes
    config = load_config("demo", [*TINY, f"stage_one.schedule.accumulate={accumulate}"])
    fabric = make_fabric(config, "cpu")
    split = load_split(Dataset(dataset), config, show_progress=False)
    stage = StageOne("upper", split, config, fabric)
    record = {"rank": fabric.global_rank, "digests": [], "places": [], "saves": 0, "gradients": {}}
    with _observed(stage, record):
        train_stage(stage, out / "stage", config, Counter())
    torch.save(record.pop("gradients"), out / f"gradients-{processes}-{fabric.global_rank}.pt")
    (out / f"record-{processes}-{fabric.global_rank}.json").write_text(json.dumps(record))


def _state(stage: StageOne, name: str) -> dict[str, torch.Tensor]:
    return stage.networks[name].module.state_dict()


@contextmanager
def _observed(stage: StageOne, record: dict) -> Iterator[None]:
    """Note batches, checkpoints, the weights after every update, the first one's gradients."""
    backward, finish, save = stage.backward, stage.networks.finish_update, Checkpoints.save

    def noted_backward(number):
        record["places"].append(stage.sampler.batch(number))
        return backward(number)

    def noted_finish():
        finish()
        if not record["gradients"]:
            record["gradients"] = {
                f"{name}.{key}": parameter.grad.clone()
                for name in stage.networks.names
                for key, parameter in stage.networks[name].module.named_parameters()
            }
        digest = hashlib.sha256()
        for name in stage.networks.names:
            for tensor in _state(stage, name).values():
                digest.update(tensor.numpy().tobytes())
        record["digests"].append(digest.hexdigest())

    def noted_save(self, step, state, best):
        record["saves"] += 1
        return save(self, step, state, best)

    stage.backward = noted_backward
    stage.networks.finish_update = noted_finish
    with patch.object(Checkpoints, "save", noted_save):
        yield


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))

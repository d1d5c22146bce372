"""A training on a full disk: one clear sentence, wherever the space runs out."""

import pytest
from small_disk import small_disk
from tiny_training import Counter

from hueman.errors import DiskError
from hueman.training.devices import make_fabric
from hueman.training.loop import train_stage
from hueman.training.stage_one import StageOne


@pytest.mark.parametrize("free", [4096, 40 * 1024, 400 * 1024])
def test_a_training_on_a_full_disk(free, split, config, tmp_path, capfd):
    stage = StageOne("upper", split, config, make_fabric(config, "cpu"))
    with small_disk(tmp_path / "disk", free) as disk:
        with pytest.raises(
            DiskError, match=r"^The disk is full, so \S+ was not written; free some"
        ):
            train_stage(stage, disk / "upper", config, Counter())
        assert not list(disk.rglob("*.unfinished"))
    assert "Traceback" not in capfd.readouterr().err

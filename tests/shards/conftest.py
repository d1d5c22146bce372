"""Shards of the small real dataset: three samples in each, clips of eight frames cut in two."""

import pytest

from hueman.shards.writing import shard_dataset


@pytest.fixture(scope="session")
def shards_folder(truth_dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards") / "whole"
    shard_dataset(truth_dataset, f"{folder}/shards-%06d.tar", frames=5, megabytes=0.12)
    return folder

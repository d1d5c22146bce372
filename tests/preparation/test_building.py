from pathlib import Path

import numpy as np

from hueman.clips.sources import ClipSource
from hueman.clips.store import read_clip
from hueman.files import file_sha256
from hueman.preparation.building import DatasetSummary, RefusedClip, fingerprint_of, store_clip


def test_a_stored_clip_is_what_its_entry_says(tmp_path, truth_dataset):
    clip = truth_dataset.read(truth_dataset.entry("plaid", "salute"))
    entry = store_clip(tmp_path, clip, "print")
    assert (entry.file, entry.fingerprint) == ("clips/plaid/salute.h5", "print")
    assert (entry.length, entry.height, entry.width) == (8, 96, 64)
    assert entry.sha256 == file_sha256(tmp_path / entry.file)
    np.testing.assert_array_equal(read_clip(tmp_path / entry.file).frames, clip.frames)
    assert (tmp_path / "clips/plaid/salute.png").exists()


def test_fingerprints_follow_the_facts_and_not_their_order():
    assert fingerprint_of({"a": 1, "b": [2]}) == fingerprint_of({"b": [2], "a": 1})
    assert fingerprint_of({"a": 1, "b": [2]}) != fingerprint_of({"a": 1, "b": [3]})


def test_summary_for_people(truth_dataset):
    entries = truth_dataset.entries
    summary = DatasetSummary(Path("d"), "baked", reused=entries[:2])
    assert str(summary) == "All 2 clips were already baked in d."
    summary.made = entries[2:3]
    assert str(summary) == "1 clips baked in d, 2 already there."
    summary.refused = [RefusedClip(ClipSource("a", "b", Path("c")), "burnt.")]
    assert str(summary) == "1 clips baked in d, 2 already there, 1 refused:\n  a/b: burnt."

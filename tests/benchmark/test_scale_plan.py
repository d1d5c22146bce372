"""The plan for many clips, against numbers reckoned by hand."""

import json

import pytest

from benchmarks import scale_plan
from benchmarks.linear_cost import further, grows
from benchmarks.scale_plan import Figures, Site, cores_until_storage, figures_of, plan

FIGURES = Figures(
    frame_cpu_s=0.36,
    source_bytes=10_000,
    prepared_bytes=90_000,
    shard_bytes=64_000,
    files=2,
    index_bytes=300,
    index_held_bytes=1000,
)
SITE = Site("ten cores", cores=10, bandwidth=1e6, files=10)


def test_a_thousand_clips_of_a_hundred_frames():
    made = plan(FIGURES, 1000, 100, SITE, core_hour=0.05, gigabyte_month=0.5)
    assert made.core_hours == pytest.approx(10)  # 100,000 frames of 0.36 s
    assert made.hours["processors"] == pytest.approx(1)
    assert made.hours["bandwidth"] == pytest.approx(10_000 / 3600)  # 10 GB at 1 MB a second
    assert made.hours["many files"] == pytest.approx(200 / 3600)
    assert made.bottleneck == "bandwidth"
    assert (made.source, made.prepared, made.shards) == pytest.approx((1e9, 9e9, 6.4e9))
    assert (made.files, made.shard_count) == pytest.approx((2000, 100))
    assert (made.index, made.index_held) == pytest.approx((300e3, 1e6))
    assert made.folder_memory == 100_000 * 8 * 192 * 128
    assert made.compute_cost == pytest.approx(0.5)
    assert made.month_cost == pytest.approx(3.7)  # 7.4 GB


def test_the_storage_is_the_slowest_beyond_so_many_cores():
    limit = cores_until_storage(FIGURES, 100, SITE)
    assert limit == pytest.approx(3.6)  # 10 frames a second fit through, of 0.36 s each
    for cores, slowest in ((3, "processors"), (4, "bandwidth")):
        site = Site("some", cores, SITE.bandwidth, SITE.files)
        assert plan(FIGURES, 50, 100, site, 0, 0).bottleneck == slowest
    few_files = Site("slow with files", 1, SITE.bandwidth, files=0.1)
    assert cores_until_storage(FIGURES, 100, few_files) == pytest.approx(1.8)
    assert plan(FIGURES, 50, 100, few_files, 0, 0).bottleneck == "processors"


MEASURED = {
    "command": "python -m benchmarks.linear_cost",
    "machine": {"processor": "a processor"},
    "preparing": [{"clips": 2, "cpu_s": 14.0}, {"clips": 12, "cpu_s": 34.0}],
    "full-size": [
        {
            **{"clips": 2, "frames": 100, "cpu_s": 46.0, "files": 5, "bytes": 8000},
            **{"source_bytes": 500, "shard_bytes": 6000},
        }
    ],
    "indices": [{"clips": 10, "shards": {"bytes": 3000, "held_bytes": 9000}}],
}


def test_figures_leave_out_what_processes_take_to_start():
    # A small clip takes 2 s, so starting takes 10, and 36 are left for 100 frames.
    assert figures_of(MEASURED) == Figures(0.36, 5, 80, 60, 2, 300, 900)


def test_a_cost_that_grows_faster_than_clips_is_told():
    rows = [{"clips": n, "s": 5 + 2 * n} for n in (1, 4, 16)]
    assert grows(further(rows, lambda each: each["s"])) == "linear (1.00)"
    rows = [{"clips": n, "s": n * n} for n in (1, 4, 16)]
    assert grows(further(rows, lambda each: each["s"])) == "NOT linear (4.00)"


def test_the_command_prints_the_plan(tmp_path, monkeypatch, capsys):
    path = tmp_path / "measured.json"
    path.write_text(json.dumps(MEASURED), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["scale_plan", str(path), "--laptop-cores", "10"])
    scale_plan.main()
    printed = capsys.readouterr().out
    assert "1,000,000 clips" in printed
    assert "1.0 h, 10 core hours" in printed  # a thousand clips on ten cores
    assert "11.2 hours on one core" in printed  # 60,000 pairs of 0.669 s


def test_what_was_not_measured_is_asked_for(tmp_path, monkeypatch, capsys):
    path = tmp_path / "measured.json"
    path.write_text(json.dumps({k: v for k, v in MEASURED.items() if k != "full-size"}))
    monkeypatch.setattr("sys.argv", ["scale_plan", str(path)])
    with pytest.raises(SystemExit):
        scale_plan.main()
    assert "linear_cost full-size --out" in capsys.readouterr().err

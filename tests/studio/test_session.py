"""One visitor, without a browser."""

import shutil
import zipfile
from itertools import islice
from threading import Event, Thread

import numpy as np
import pytest

from hueman.clips.encoding import write_video
from hueman.clips.pictures import read_picture
from hueman.clips.video import Video
from hueman.errors import HuemanError
from hueman.studio.limits import Limits
from hueman.studio.session import KEPT_PREVIEWS, Session, Stopped
from hueman.studio.stage import Outfit

FRAMES = 10


def ignore(description, done, total):
    pass


def test_a_preview_is_the_middle_of_the_movement_in_the_colours(session):
    own, teal = session.preview(Outfit()), session.preview(Outfit("teal", "navy"))
    assert read_picture(own).shape == (384, 256, 3)
    assert not np.array_equal(read_picture(own), read_picture(teal))
    frame = session.stage.preview(Outfit("teal", "navy"))
    scene, clothes = session.stage.scene, session.stage.clothes(Outfit("teal", "navy"))
    middle = scene.poses[len(scene.poses) // 2][None]
    predictor = scene.generator.predictor
    (expected,) = predictor.generate(scene.generator.person, middle, clothes)
    np.testing.assert_allclose(frame.astype(int), expected.astype(int), atol=1)


def test_a_colour_costs_one_encoding(session, monkeypatch):
    session.preview(Outfit("teal"))

    def again(*colors):
        raise AssertionError("encoded once more")

    monkeypatch.setattr(session.stage.scene.generator, "clothes", again)
    session.preview(Outfit("teal"))
    session.between(Outfit("teal"), Outfit("teal"), 0.5)


def test_ends_of_the_way_between_outfits_are_the_outfits(session):
    first, last = Outfit("teal", "gold"), Outfit(None, "navy")
    stage = session.stage
    assert np.array_equal(stage.between(first, last, 0), stage.preview(first))
    assert np.array_equal(stage.between(first, last, 1), stage.preview(last))
    between = read_picture(session.between(first, last, 0.5))
    assert not np.array_equal(between, read_picture(session.preview(first)))


def test_old_previews_are_deleted(session, tmp_path):
    for number in range(KEPT_PREVIEWS + 3):
        newest = session.between(Outfit("teal"), Outfit("navy"), number / 20)
    assert newest.exists()
    assert len(list((tmp_path / "visitor").glob("preview-*.png"))) == KEPT_PREVIEWS


def test_a_video_and_what_came_of_its_colours(session):
    told = []
    made = session.video(Outfit("teal"), lambda *news: told.append(news))
    assert Video(made.path).info.frames == FRAMES
    assert [met.request.text for met in made.met] == ["teal"]
    assert told[-1] == ("Making the video", FRAMES, FRAMES)
    assert len(session.video(Outfit(), ignore).met) == 0


def test_colourways_as_sheet_and_archive(session):
    palette = session.palette.read("teal, navy")
    made = session.colorways(palette, "upper", ignore)
    assert made.sheet.is_file()
    with zipfile.ZipFile(made.archive) as archive:
        assert {"videos/teal.mp4", "sheet.png", "colors.csv"} <= set(archive.namelist())
    assert made.lines[0].startswith("teal: upper: teal was asked for")
    with pytest.raises(HuemanError, match="4 colours; choose at most 3"):
        session.colorways(session.palette.read("red, green, blue, gold"), "upper", ignore)


def test_work_is_stopped_where_it_is(session, tmp_path):
    begun = []

    def tell(description, done, total):
        if description == "Making the video":
            begun.append(done)
            session.stop()

    with pytest.raises(Stopped):
        session.video(Outfit("teal"), tell)
    assert begun == [0]
    assert not list((tmp_path / "visitor").glob("*.mp4"))
    with pytest.raises(Stopped):  # also if it had only waited
        session.video(Outfit("teal"), ignore)
    session.go_on()
    assert session.video(Outfit(), ignore).path.is_file()


def test_closing_stops_the_work_and_deletes_the_files(session, tmp_path):
    begun, outcome = Event(), []

    def work():
        try:
            session.video(Outfit("teal"), lambda *news: begun.set())
        except Stopped as stopped:
            outcome.append(stopped)

    thread = Thread(target=work)
    thread.start()
    assert begun.wait(20)
    session.close()
    thread.join(20)
    assert len(outcome) == 1
    assert not (tmp_path / "visitor").exists()


def test_uploads_are_read_and_deleted(session, clips_folder, tmp_path):
    clip = tmp_path / "salute.mp4"
    write_video(clip, islice(Video(clips_folder / "plaid" / "salute.mp4"), 0, 48, 8), 5)
    before = session.preview(Outfit())
    session.take_upload(clip, session.choose_person)
    assert not clip.exists()
    assert not list((tmp_path / "visitor" / "upload").iterdir())
    assert not np.array_equal(read_picture(before), read_picture(session.preview(Outfit())))
    with pytest.raises(HuemanError, match="upload it again"):
        session.take_upload(clip, session.choose_person)


def test_a_bad_upload_leaves_all_as_it_was(session, tmp_path):
    stage = session.stage
    empty = tmp_path / "empty.mp4"
    write_video(empty, np.full((10, 96, 64, 3), 200, np.uint8), 10)
    shutil.copy(empty, tmp_path / "movement.mp4")
    with pytest.raises(HuemanError, match="shows"):
        session.take_upload(empty, session.choose_person)
    with pytest.raises(HuemanError, match="shows nobody"):
        session.take_upload(tmp_path / "movement.mp4", session.choose_movement)
    assert session.stage is stage


def test_nothing_is_shown_before_person_and_movement_are_chosen(library, tmp_path):
    made = Session(tmp_path / "visitor", library, Limits())
    with pytest.raises(HuemanError, match="Choose a person and a movement first"):
        made.preview(Outfit())


def test_visitors_do_not_change_what_they_share(session, library, tmp_path):
    other = Session(tmp_path / "other", library, Limits())
    other.choose_action("wave_right")
    other.choose_example("stripes")
    mine, theirs = session.stage.scene.generator, other.stage.scene.generator
    assert mine is not theirs
    assert mine.predictor.model is theirs.predictor.model
    session.video(Outfit("teal"), ignore)
    assert mine.met
    assert theirs.met == ()

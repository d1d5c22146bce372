"""The report: one file, escaped, legible on a phone and on a desktop in a real browser."""

import json
import re
import shutil
import subprocess
from html import escape
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from hueman.clips.encoding import write_video
from hueman.clips.sheets import write_picture
from hueman.errors import HuemanError
from hueman.evaluation.report import Best, Figure, Section, Table, write_report

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
PHONE, DESKTOP = (390, 844), (1280, 900)
HIGHEST: list[Best] = ["highest"] * 14
PINK, GREEN = (255, 0, 160), (0, 200, 80)

# A headless browser has no window narrower than 500 pixels, but a frame in a page has any width.
# A video that plays by itself holds the load event back until its first frame is there.
WRAPPER = """<!doctype html>
<style>
  body { margin: 0; display: flex; align-items: start }
  iframe { border: 0; flex: none }
</style>
<body>
<script>
  onload = () => {
    const measured = [...document.querySelectorAll("iframe")].map((frame) => {
      const page = frame.contentDocument;
      const all = (tag) => [...page.querySelectorAll(tag)];
      frame.contentWindow.scrollTo(0, page.documentElement.scrollHeight);
      return {
        width: frame.contentWindow.innerWidth,
        content: page.documentElement.scrollWidth,
        scrolling: all(".scroll").map((box) => box.scrollWidth > box.clientWidth),
        pictures: all("img").map((image) => image.naturalWidth),
        videos: all("video").map((video) => [video.readyState >= 2, video.videoWidth]),
      };
    });
    document.body.insertAdjacentHTML("beforeend", "<pre>" + JSON.stringify(measured) + "</pre>");
  };
</script>
"""


class Addresses(HTMLParser):
    """Collects what a page refers to, and its tags."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        references = ("src", "href", "srcset", "poster")
        self.found += [value or "" for name, value in attrs if name in references]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A picture and a video, each of one colour."""
    folder = tmp_path_factory.mktemp("report")
    write_picture(folder / "sheets" / "a picture.png", np.full((300, 1500, 3), PINK, np.uint8))
    write_video(folder / "video.mp4", np.full((8, 480, 640, 3), GREEN, np.uint8), 8)
    return folder


@pytest.fixture(scope="module")
def sections():
    wide = Table(
        ["method", *(f"measure {number}" for number in range(14))],
        [
            ["ours", *(f"0.{number + 10}" for number in range(14))],
            ["theirs", *(f"0.{number + 20}" for number in range(14))],
        ],
        "A wide table.",
        best=["", *HIGHEST],
    )
    narrow = Table(["step", "seconds"], [["train", "12"], ["measure", "3"]], "A narrow table.")
    return [
        Section("Numbers & <words>", ["Some <b>text</b>.", "word" * 60], [wide, narrow]),
        Section(
            "Seen",
            videos=[Figure("video.mp4", "A green video.")],
            pictures=[Figure("sheets/a picture.png", 'A "pink" picture.', "Nothing but pink.")],
        ),
    ]


@pytest.fixture(scope="module")
def page(folder, sections):
    write_report(folder / "report.html", "A <title>", "In short & plain.", sections)
    return (folder / "report.html").read_text("utf-8")


def test_nothing_outside_the_page_is_needed(page):
    addresses = Addresses(page)
    assert "script" not in addresses.tags
    assert [address[:22] for address in addresses.found if address.startswith("data:")] == [
        "data:video/mp4;base64,",
        "data:image/png;base64,",
    ]
    assert all(address.startswith(("data:", "#")) for address in addresses.found)
    assert not re.search(r"url\(|@import", page)


def test_contents_lead_to_sections(page):
    anchors = [address[1:] for address in Addresses(page).found if address.startswith("#")]
    assert len(anchors) == 2
    assert all(f'<h2 id="{anchor}">' in page for anchor in anchors)


def test_text_is_escaped(page):
    for text in ("A <title>", "In short & plain.", "Numbers & <words>", "Some <b>text</b>."):
        assert text not in page
        assert escape(text) in page
    assert 'alt="Nothing but pink."' in page
    assert "<figcaption>A &#34;pink&#34; picture.</figcaption>" in page


def test_files_beside_the_page_are_referred_to(folder, sections):
    write_report(folder / "light.html", "title", "summary", sections, embed=False)
    found = Addresses((folder / "light.html").read_text("utf-8")).found
    assert found[2:] == ["video.mp4", "sheets/a%20picture.png"]


def test_what_cannot_be_embedded_is_named(folder):
    for name, error in (("gone.png", HuemanError), ("notes.txt", ValueError)):
        section = Section("title", pictures=[Figure(name, "caption")])
        with pytest.raises(error, match=name):
            write_report(folder / "broken.html", "title", "summary", [section])
        assert not (folder / "broken.html").exists()


def test_best_numbers_are_marked():
    rows = [
        ["a", "0.50 ± 0.01", "\u22122.0", "9"],
        ["b", "0.50 ± 0.20", "1e-3", "8"],
        ["c", "nan", "-", "7"],
    ]
    table = Table(["", "more", "less", "other"], rows, best=["", "highest", "lowest", ""])
    assert table.marks() == [
        [False, True, True, False],
        [False, True, False, False],
        [False, False, False, False],
    ]
    assert Table(["name", "number"], [], best=["", "highest"]).marks() == []


def test_heads_say_what_is_better(page):
    assert page.count('&nbsp;<abbr title="higher is better">↑</abbr></th>') == 14
    assert '<th scope="col">seconds</th>' in page


@pytest.mark.parametrize("wrong", [{"rows": [["a"]]}, {"rows": [], "best": ["lowest"]}])
def test_ragged_tables_are_refused(wrong):
    with pytest.raises(ValueError, match="2 columns"):
        Table(["name", "number"], **wrong)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_shows_it_on_a_phone_and_on_a_desktop(page, tmp_path):
    frames = [
        f'<iframe width="{width}" height="{height}" srcdoc="{escape(page)}"></iframe>'
        for width, height in (PHONE, DESKTOP)
    ]
    (tmp_path / "wrapper.html").write_text(WRAPPER + "".join(frames), encoding="utf-8")
    dumped = _browse(
        "--dump-dom",
        f"--screenshot={tmp_path / 'shown.png'}",
        f"--window-size={PHONE[0] + DESKTOP[0]},{DESKTOP[1]}",
        f"--user-data-dir={tmp_path / 'profile'}",
        (tmp_path / "wrapper.html").as_uri(),
    )
    found = re.search(r"<pre>(\[.*?)</pre>", dumped)
    assert found, dumped[-500:]
    for seen, (width, _) in zip(json.loads(found[1]), (PHONE, DESKTOP), strict=True):
        assert seen["width"] == width
        assert seen["content"] <= width
        assert seen["scrolling"] == [True, False]
        assert seen["pictures"] == [1500]
        assert seen["videos"] == [[True, 640]]
    shown = np.asarray(cv2.imread(str(tmp_path / "shown.png")))[..., ::-1]
    for screen in (shown[: PHONE[1], : PHONE[0]], shown[:, PHONE[0] :]):
        assert _share(screen, PINK) > 0.02
        assert _share(screen, GREEN) > 0.02


def _browse(*arguments: str) -> str:
    done = subprocess.run(
        [str(BROWSER), *FLAGS, *arguments], capture_output=True, text=True, timeout=120
    )
    return done.stdout


def _share(picture: np.ndarray, color: tuple[int, int, int]) -> float:
    """Share of the pixels that have this colour, nearly."""
    return float((np.abs(picture.astype(int) - color).max(axis=2) < 12).mean())

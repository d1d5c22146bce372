"""The page in a real browser, with a tiny model."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("gradio", reason="gradio is not installed")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

PATIENCE = 60_000
"""Milliseconds; the machine may be busy."""
PHONE, DESKTOP = (360, 740), (1280, 860)
TEAL, GOLD = "#0f8b8d", "#c9a227"
PICTURE = "#picture img"
TOO_WIDE = """
() => [...document.querySelectorAll("body *")]
    .filter(each => each.checkVisibility() && !each.closest("[aria-hidden=true]"))
    .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
    .map(each => each.outerHTML.slice(0, 200))
"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class Visitor:
    """A browser of its own that has opened the page, and has not asked anybody else."""

    def __init__(self, browser, studio, size):
        self.outside, self.errors = [], []
        self.context = browser.new_context(
            viewport=dict(zip(("width", "height"), size, strict=True))
        )
        self.context.route("**", self._pass_on_or_block)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._home = studio.url
        self.page.goto(studio.url)
        self.page.wait_for_selector(PICTURE)

    def _pass_on_or_block(self, route):
        if route.request.url.startswith(self._home):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def picture(self) -> str:
        return self.page.get_attribute(PICTURE, "src") or ""

    def choose(self, color: str, garment: int = 0) -> None:
        """Click on a swatch, and wait for the preview."""
        before = self.picture()
        swatches = self.page.locator(".swatches:visible").nth(garment)
        swatches.locator(f"input[value='{color}']").click()
        self.page.wait_for_function(
            f"document.querySelector('{PICTURE}').src != {before!r}", timeout=PATIENCE
        )

    def close(self) -> None:
        self.context.close()
        assert self.outside == []
        assert self.errors == []


@pytest.fixture
def visit(browser, studio):
    visitors = []

    def open_page(size=DESKTOP) -> Visitor:
        visitors.append(Visitor(browser, studio, size))
        return visitors[-1]

    yield open_page
    for each in visitors:
        each.close()


def upload(page, button: str, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.click(button)
    chooser.value.set_files(file)


def test_a_colour_is_previewed_then_a_video_made_seen_and_downloaded(visit, tmp_path):
    visitor = visit()
    page = visitor.page
    visitor.choose(TEAL)
    page.click("#make")
    page.wait_for_function("document.querySelector('#video video')?.duration > 0")
    assert f"{TEAL} was asked for" in page.inner_text("#said")
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(tmp_path / "video.mp4")
    assert (tmp_path / "video.mp4").read_bytes()[4:8] == b"ftyp"
    # Another colour shows the preview again.
    page.locator(".swatches").nth(0).locator(f"input[value='{GOLD}']").click()
    page.wait_for_selector(PICTURE)


def test_what_cannot_be_used_is_said_in_plain_words(visit, tmp_path):
    visitor = visit()
    page = visitor.page
    before = visitor.picture()
    (tmp_path / "holiday.mp4").write_bytes(b"no video at all")
    upload(page, "#person-upload", tmp_path / "holiday.mp4")
    note = page.locator(".toast-body")
    note.wait_for()
    assert "holiday.mp4" in note.inner_text()
    assert "Traceback" not in note.inner_text()
    assert "/" not in note.inner_text()
    assert visitor.picture() == before


def test_a_file_that_is_too_large_is_refused_on_its_way(visit, studio, tmp_path):
    page = visit().page
    (tmp_path / "large.mp4").write_bytes(bytes(2_000_000))
    upload(page, "#person-upload", tmp_path / "large.mp4")
    note = page.locator(".toast-body")
    note.wait_for()
    assert "maximum" in note.inner_text()
    assert not list(studio.root.rglob("large.mp4"))


def test_nothing_is_too_wide_for_a_telephone(visit):
    visitor = visit(PHONE)
    for tab in ("Video", "In between", "Colourways", "Own model"):
        visitor.page.get_by_role("tab", name=tab).click()
        visitor.page.wait_for_timeout(300)
        assert visitor.page.evaluate(TOO_WIDE) == []


def test_the_keyboard_is_enough(visit):
    page = visit().page
    focused, made = [], False
    for _ in range(60):
        page.keyboard.press("Tab")
        focused.append(
            page.evaluate(
                "(e => e.id || e.closest('[id]:not(#room):not(#controls)')?.id || e.value || "
                "e.innerText)(document.activeElement)"
            )
        )
        if page.evaluate("document.activeElement.value") == TEAL and not made:
            before = page.get_attribute(PICTURE, "src")
            page.keyboard.press("Space")
            page.wait_for_function(f"document.querySelector('{PICTURE}').src != {before!r}")
            made = True
        if focused[-1] == "make":
            break
    assert focused[-1] == "make"
    order = [focused.index(name) for name in ("people", "person-upload", "movement", "make")]
    assert order == sorted(order)
    page.keyboard.press("Enter")
    page.wait_for_selector("#video video")


def test_two_visitors_do_not_see_each_other(visit, studio):
    first, second = visit(), visit()
    untouched = second.picture()
    first.choose(TEAL)
    first.choose(GOLD, garment=1)
    assert second.picture() == untouched
    assert second.page.locator(".swatches input[aria-checked=true][value=own]").count() >= 2
    folder = Path(first.picture().split("file=")[1]).parent
    assert folder.parent == studio.root
    assert folder != Path(second.picture().split("file=")[1]).parent
    first.page.close()
    for _ in range(50):
        if not folder.exists():
            break
        second.page.wait_for_timeout(200)
    assert not folder.exists()
    second.choose(TEAL)


def test_clothes_between_two_outfits_and_a_sheet_of_colours(visit, tmp_path):
    visitor = visit()
    page = visitor.page
    page.get_by_role("tab", name="In between").click()
    visitor.choose(GOLD)
    before = visitor.picture()
    page.locator("#between input[type=range]").press("ArrowRight")
    page.wait_for_function(f"document.querySelector('{PICTURE}').src != {before!r}")
    page.get_by_role("tab", name="Colourways").click()
    (tmp_path / "autumn.csv").write_text("name,color\nleaf,#aa5500\n")
    upload(page, "#palette-upload", tmp_path / "autumn.csv")
    page.wait_for_function("document.querySelector('#colors textarea').value == '#aa5500'")
    page.click("#make-sheet")
    page.wait_for_selector("#download")
    assert "leaf: upper: #aa5500 was asked for" in page.inner_text("#said")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename.endswith(".zip")

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.errors import HuemanError
from hueman.generation.camera import is_camera, watch

LIVE_FPS = 20


@pytest.fixture(scope="module")
def march(clips_folder):
    return clips_folder / "plaid" / "march.mp4"


@pytest.fixture(scope="module")
def live_camera(march):
    """The address of a camera in the network: a picture after the other, without an end."""
    pictures = [cv2.imencode(".jpg", frame[..., ::-1])[1].tobytes() for frame in Video(march)]

    class Stream(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            start = time.monotonic()
            try:
                for number in range(1000):
                    time.sleep(max(0.0, start + number / LIVE_FPS - time.monotonic()))
                    picture = pictures[number % len(pictures)]
                    self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n")
                    self.wfile.write(b"Content-Length: %d\r\n\r\n%b\r\n" % (len(picture), picture))
            except OSError:
                pass  # whoever watched has gone

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"camera:http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_cameras_are_known_by_their_beginning():
    assert is_camera("camera:0")
    assert not is_camera("cameras/0")


def test_a_recording_is_read_at_its_own_rate(march):
    frames, fps = watch(f"camera:{march}", 1.0)
    assert fps == pytest.approx(25)
    video = Video(march)
    expected = video.read()[:25]
    assert frames.shape == expected.shape
    assert frames.dtype == np.uint8
    # The decoders differ by a level or two; blue for red would differ by more.
    off = np.abs(frames.astype(int) - expected).mean()
    assert off < 2 < np.abs(frames[..., ::-1].astype(int) - expected).mean()
    assert len(watch(f"camera:{march}", 30.0)[0]) == 48


def test_the_rate_of_a_live_camera_is_measured(live_camera):
    frames, fps = watch(live_camera, 2.0)
    assert fps == pytest.approx(LIVE_FPS, rel=0.2)
    assert len(frames) == pytest.approx(2 * LIVE_FPS, rel=0.3)
    assert frames.shape[1:] == (384, 256, 3)


def test_large_and_fast_cameras_are_thinned(tmp_path):
    pictures = [np.full((480, 640, 3), 4 * number, np.uint8) for number in range(60)]
    write_video(tmp_path / "fast.mp4", pictures, 60)
    frames, fps = watch(f"camera:{tmp_path / 'fast.mp4'}", 1.0)
    assert fps == pytest.approx(30)
    assert frames.shape == (30, 384, 512, 3)
    np.testing.assert_allclose(frames.mean(axis=(1, 2, 3)), np.arange(0, 240, 8), atol=4)


@pytest.mark.parametrize(
    "source",
    ["", "97", "99999999999999999999", "/dev/video97", "nothing.mp4", "rtsp://127.0.0.1:1"],
)
def test_what_cannot_be_opened_is_a_clear_error(source):
    with pytest.raises(HuemanError, match="cannot be opened; check its number") as caught:
        watch(f"camera:{source}", 1.0)
    assert str(caught.value).startswith(f"camera:{source} ")


def test_a_camera_that_gives_a_single_frame_is_a_clear_error(tmp_path):
    write_video(tmp_path / "one.mp4", [np.zeros((64, 64, 3), np.uint8)], 25)
    with pytest.raises(HuemanError, match="gave 1 frames within 2 seconds"):
        watch(f"camera:{tmp_path / 'one.mp4'}", 2.0)


@pytest.mark.parametrize("seconds", [0, 0.4, 31, float("nan")])
def test_seconds_out_of_range_are_refused(march, seconds):
    with pytest.raises(HuemanError, match=r"seconds is .*; choose 0\.5 to 30"):
        watch(f"camera:{march}", seconds)

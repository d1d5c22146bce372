"""What is behind the actor: a wall and a floor in several kinds, lit like the actor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from hueman.choreography.camera import Camera
from hueman.choreography.lighting import STANDARD, Illumination, Lights
from hueman.choreography.noise import noise
from hueman.choreography.patterns import linear_from_srgb
from hueman.choreography.settings import Background

WALL = 25.0
"""From the actor to the wall behind, in decimetres."""
# Blur of the light on the floor, as a share of the picture's height.
LAMP_BLUR, SKY_BLUR = 0.004, 0.02
# How much of the sky's and of the lamp's light comes to the wall.
WALL_SKY, WALL_LAMP = 1.45, 0.52
NO_TINT = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Backdrop:
    """The empty scene: what each pixel shows of it, before the actor's shadow falls."""

    wall: np.ndarray
    """float32 (H, W, 3), linear light; meaningless where the floor is."""
    rows: np.ndarray
    """int64 (M,), of the pixels that show the floor."""
    columns: np.ndarray
    """int64 (M,)."""
    floor: np.ndarray
    """float32 (M, 3), its colour in linear light."""
    places: np.ndarray
    """float32 (M, 3), where it is."""

    def lit(self, lights: Lights) -> np.ndarray:
        """Return the scene with the actor's shadows on the floor, float32 (H, W, 3)."""
        up = np.broadcast_to(np.array([0, 1, 0], np.float32), self.places.shape)
        lamp, sky = lights.at(self.places, np.ascontiguousarray(up))
        picture = self.wall.copy()
        lamp, sky = self._softened(lamp, LAMP_BLUR), self._softened(sky, SKY_BLUR)
        lamp_color, sky_color = _colors(lights.illumination)
        received = sky[:, None] * sky_color + lamp[:, None] * lamp_color
        picture[self.rows, self.columns] = self.floor * received
        return picture

    def _softened(self, light: np.ndarray, share: float) -> np.ndarray:
        """Blur light on the floor: few directions stand for many, and their shadows have edges."""
        height, width = self.wall.shape[:2]
        # The floor is all that lies below the horizon, so its pixels fill whole rows.
        blurred = cv2.GaussianBlur(
            light.reshape(-1, width), (0, 0), share * height, borderType=cv2.BORDER_REPLICATE
        )
        return blurred.ravel()


def make_backdrop(
    kind: Background,
    camera: Camera,
    illumination: Illumination = STANDARD,
    wall_tint: Sequence[float] = NO_TINT,
    floor_tint: Sequence[float] = NO_TINT,
) -> Backdrop:
    """Build a backdrop for a camera.

    Args:
        kind: name of the scene.
        camera: who looks at it.
        illumination: the light on the wall.
        wall_tint: factors on the wall's colour in linear light, (3,).
        floor_tint: on the floor's.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no background {kind!r}; there are {', '.join(KINDS)}")
    rays = camera.rays()
    x, y = rays[..., 0], rays[..., 1]
    # Along each ray the floor comes after this many decimetres.
    down = np.where(y < -1e-9, (camera.floor - camera.place[1]) / np.minimum(y, -1e-9), np.inf)
    reach = camera.distance + WALL
    on_floor = down < reach
    points = np.stack(
        [x * reach + camera.side, y * reach + camera.place[1] - camera.floor], axis=-1
    )
    wall_color, floor_color = KINDS[kind]
    lamp_color, sky_color = _colors(illumination)
    light = WALL_SKY * sky_color + WALL_LAMP * lamp_color
    painted = wall_color(points.reshape(-1, 2)).reshape(*x.shape, 3) * np.array(wall_tint)
    wall = painted * light * _falloff(camera)
    rows, columns = np.nonzero(on_floor)
    way = down[on_floor]
    places = np.stack(
        [
            x[on_floor] * way + camera.side,
            np.full(len(way), camera.floor),
            camera.distance - way,
        ],
        axis=1,
    ).astype(np.float32)
    bare = floor_color(places[:, [0, 2]].astype(np.float64))
    floor = (bare * np.array(floor_tint)).astype(np.float32)
    return Backdrop(wall.astype(np.float32), rows, columns, floor, places)


def _colors(illumination: Illumination) -> tuple[np.ndarray, np.ndarray]:
    colors = illumination.lamp_color, illumination.sky_color
    return np.array(colors[0], np.float32), np.array(colors[1], np.float32)


def _falloff(camera: Camera) -> np.ndarray:
    """Return how the light on the wall fades towards the picture's corners, (H, W, 1)."""
    column = (np.arange(camera.width) + 0.5) / camera.width
    row = (np.arange(camera.height) + 0.5) / camera.height
    distance = ((column[None] - 0.45) / 0.9) ** 2 + ((row[:, None] - 0.35) / 1.1) ** 2
    return (1 - 0.16 * distance)[..., None]


def _rgb(*values: int) -> np.ndarray:
    return linear_from_srgb(np.array(values) / 255)


def _even(*values: int) -> Callable[[np.ndarray], np.ndarray]:
    color = _rgb(*values)
    return lambda points: np.broadcast_to(color, (len(points), 3)).copy()


def _with_third(points: np.ndarray, scale: float, third: float) -> np.ndarray:
    return np.concatenate([points * scale, np.full((len(points), 1), third)], axis=1)


def _bricks(points: np.ndarray) -> np.ndarray:
    """Rows of 0.75 dm with half-brick offsets and light joints."""
    row = np.floor(points[:, 1] / 0.9)
    along = points[:, 0] / 2.4 + 0.5 * (row % 2)
    u, v = along % 1, (points[:, 1] / 0.9) % 1
    joint = (u < 0.03) | (v < 0.09)
    tone = 0.75 + 0.5 * noise(np.stack([np.floor(along) * 7.1, row * 3.3, row * 0], 1))
    grain = 1 + 0.15 * noise(_with_third(points, 4.0, 2.0), 2)
    color = _rgb(158, 98, 80) * (tone * grain)[:, None]
    color[joint] = _rgb(186, 178, 168)
    return color


def _panelled(points: np.ndarray) -> np.ndarray:
    """A room: painted wall above, white panels below, a frame with a picture on it."""
    x, y = points.T
    color = np.broadcast_to(_rgb(176, 190, 186), (len(points), 3)).copy()
    panels = y < 9.0
    color[panels] = _rgb(222, 220, 214)
    groove = panels & ((np.abs(x % 6.0 - 3.0) > 2.75) & (np.abs(x % 6.0 - 3.0) < 2.9))
    color[groove | (np.abs(y - 9.0) < 0.25)] = _rgb(196, 194, 188)
    inside = (np.abs(x - 8.5) < 3.2) & (np.abs(y - 19.0) < 4.2)
    color[inside] = _rgb(94, 70, 52)
    picture = (np.abs(x - 8.5) < 2.8) & (np.abs(y - 19.0) < 3.8)
    waves = noise(_with_third(points[picture], 0.5, 9.0), 3)[:, None]
    color[picture] = _rgb(208, 190, 150) * (0.75 + 0.35 * waves)
    return color


def _planks(points: np.ndarray) -> np.ndarray:
    """Floor boards that run away from the camera."""
    board = np.floor(points[:, 0] / 1.6)
    tone = 0.85 + 0.3 * noise(np.stack([board * 5.7, board * 0, board * 0], 1))
    fibre = 1 + 0.12 * noise(np.stack([points[:, 0] * 6, points[:, 1] * 0.4, board], 1), 2)
    color = _rgb(150, 112, 78) * (tone * fibre)[:, None]
    color[points[:, 0] / 1.6 % 1 < 0.03] *= 0.5
    return color


def _trees(points: np.ndarray) -> np.ndarray:
    """Sky above out-of-focus trees."""
    height = points[:, 1]
    edge = 17 + 4 * noise(np.stack([points[:, 0] * 0.16, height * 0, height * 0], 1), 2)
    crown = 1 / (1 + np.exp(-(edge + noise(_with_third(points, 0.5, 3.0), 2) * 2 - height)))
    leaves = 0.75 + 0.45 * noise(_with_third(points, 0.35, 5.0), 3)
    green = _rgb(88, 122, 66) * leaves[:, None]
    sky = _rgb(190, 208, 226) * (0.9 + 0.1 * np.clip(height / 30, 0, 1))[:, None]
    return green * crown[:, None] + sky * (1 - crown[:, None])


def _grass(points: np.ndarray) -> np.ndarray:
    tone = 0.85 + 0.3 * noise(_with_third(points, 0.35, 1.0), 2)
    blades = 1 + 0.25 * noise(_with_third(points, 5.0, 8.0), 2)
    return _rgb(98, 132, 62) * (tone * blades)[:, None]


def _pavement(points: np.ndarray) -> np.ndarray:
    """Slabs of 5 dm."""
    joint = (points % 5.0 < 0.12).any(axis=1)
    grain = 1 + 0.12 * noise(_with_third(points, 3.0, 6.0), 2)
    color = _rgb(140, 138, 134) * grain[:, None]
    color[joint] *= 0.6
    return color


KINDS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "studio": (_even(196, 200, 203), _even(150, 146, 140)),
    "white": (_even(222, 222, 220), _even(214, 212, 208)),
    "dark": (_even(70, 74, 82), _even(62, 62, 66)),
    "brick": (_bricks, _pavement),
    "room": (_panelled, _planks),
    "park": (_trees, _grass),
}
"""Colour of the wall at (x, height), and of the floor at (x, z), in linear light."""

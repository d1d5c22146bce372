"""The colour of every sample: cloth, skin and face, hair, eyes, shoes, under lamp and sky."""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from hueman.choreography.actor import EYE, HAIR, LASH, LOWER, SKIN, UPPER, Actor
from hueman.choreography.cloth import WAIST_ABOVE_PELVIS
from hueman.choreography.lighting import Illumination
from hueman.choreography.noise import noise_at
from hueman.choreography.patterns import DENIM, Pattern, linear_from_srgb, second_share, weave
from hueman.choreography.shoes import SOLE
from hueman.choreography.surface import Samples

# What is sewn on a garment, as bits of a number.
PLACKET, POCKET, FLY = 1, 2, 4


@dataclass(frozen=True)
class Paint:
    """The colours of an actor in linear light, as the shader takes them."""

    upper: np.ndarray
    """float32 (8,), see Pattern.row."""
    lower: np.ndarray
    """float32 (8,)."""
    plain: np.ndarray
    """float32 (6, 3): skin, hair, brows, shoes, sole, iris."""
    face: np.ndarray
    """float32 (4, 3): left eye, right eye, mouth, nose at rest."""
    sewn: np.ndarray
    """int64 (2,): what is sewn on upper and lower garment."""
    print_height: float
    """y of the middle of a print on the chest."""
    waist: float
    """y of the waistband."""
    beard: float
    """How much of a beard shadow there is, 0..1."""

    @classmethod
    def of(cls, actor: Actor) -> "Paint":
        """Return an actor's own colours."""
        spec, face = actor.spec, actor.body.face
        brows = tuple(round(0.75 * value) for value in spec.hair_color)
        colors = [spec.skin, spec.hair_color, brows, spec.shoes, spec.sole, spec.eyes]
        sewn_up = {"shirt": PLACKET, "hoodie": POCKET}.get(spec.upper.kind, 0)
        sewn_low = FLY if spec.lower.kind in ("trousers", "shorts") else 0
        heads = actor.body.heads
        return cls(
            upper=spec.upper_pattern.row(),
            lower=spec.lower_pattern.row(),
            plain=linear_from_srgb(np.array(colors) / 255).astype(np.float32),
            face=np.array(
                [face["left_eye"], face["right_eye"], face["mouth"], face["nose"]], np.float32
            ),
            sewn=np.array([sewn_up, sewn_low]),
            print_height=float(heads[actor.rig.index["spine_03"], 1] + 1.0),
            waist=float(heads[actor.rig.index["pelvis"], 1] + WAIST_ABOVE_PELVIS),
            beard=spec.beard,
        )

    def recolored(self, upper: Pattern, lower: Pattern) -> "Paint":
        """Return the same actor with other cloth."""
        return replace(self, upper=upper.row(), lower=lower.row())


def shade(
    samples: Samples,
    paint: Paint,
    lamp: np.ndarray,
    sky: np.ndarray,
    camera: np.ndarray,
    illumination: Illumination,
) -> np.ndarray:
    """Return the linear light that samples send to the camera, float32 (N, 3).

    Args:
        samples: what is seen.
        paint: colours.
        lamp: float32 (N,), the lamp's light on each sample, 0..1.
        sky: float32 (N,), the sky's.
        camera: (3,), where the camera is.
        illumination: the colours of the light.
    """
    lamp_color, sky_color, bounce_color = np.array(
        [illumination.lamp_color, illumination.sky_color, illumination.bounce_color], np.float32
    )
    return _shade(
        samples.place, samples.normal, samples.rest, samples.cloth, samples.hem, samples.material,
        lamp, sky, np.asarray(camera, np.float32), np.array(illumination.lamp, np.float32),
        lamp_color, sky_color, bounce_color,
        paint.upper, paint.lower, paint.plain, paint.face, paint.sewn,
        paint.print_height, paint.waist, paint.beard,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _shade(
    place, normal, rest, cloth, hem, material, lamp, sky, camera, towards_lamp,
    lamp_color, sky_color, bounce_color,
    upper, lower, plain, face, sewn, print_height, waist, beard,
):  # fmt: skip
    light = np.empty((len(place), 3), np.float32)
    color = np.empty(3, np.float32)
    for n in range(len(place)):
        kind = material[n]
        facing, half = _geometry(place[n], normal[n], camera, towards_lamp)
        gloss = 0.0
        if kind == UPPER:
            _cloth(color, upper, cloth[n], rest[n], hem[n], sewn[0], print_height, waist)
        elif kind == LOWER:
            _cloth(color, lower, cloth[n], rest[n], hem[n], sewn[1], print_height, waist)
        elif kind == SKIN:
            _skin(color, plain, face, rest[n], beard)
            gloss = 0.05 * half**18
        elif kind == HAIR:
            strand = _hair(color, plain, face, rest[n])
            gloss = 0.16 * (0.3 + strand) * (1 - facing) ** 2 + 0.10 * strand * half**12
        elif kind == EYE:
            _eye(color, plain, face, rest[n])
            gloss = 0.6 * half**60
        elif kind == LASH:
            color[:] = plain[2] * np.float32(0.25)
        else:
            _shoe(color, plain, hem[n])
            gloss = 0.12 * half**30
        down = max(0.0, 0.5 - 0.5 * normal[n, 1])
        for k in range(3):
            received = sky_color[k] * sky[n] + lamp_color[k] * lamp[n] + bounce_color[k] * down
            light[n, k] = color[k] * received + gloss * lamp_color[k] * min(1.0, 2 * lamp[n])
    return light


@njit(cache=True, error_model="numpy")
def _geometry(place, normal, camera, towards_lamp):
    """Return cosines: of the normal with the view, and with half way between view and lamp."""
    vx, vy, vz = camera[0] - place[0], camera[1] - place[1], camera[2] - place[2]
    length = np.sqrt(vx * vx + vy * vy + vz * vz)
    vx, vy, vz = vx / length, vy / length, vz / length
    hx, hy, hz = vx + towards_lamp[0], vy + towards_lamp[1], vz + towards_lamp[2]
    length = np.sqrt(hx * hx + hy * hy + hz * hz)
    facing = normal[0] * vx + normal[1] * vy + normal[2] * vz
    half = (normal[0] * hx + normal[1] * hy + normal[2] * hz) / length
    return max(0.0, facing), max(0.0, half)


@njit(cache=True, error_model="numpy")
def _cloth(color, pattern, cloth, rest, hem, sewn, print_height, waist):
    kind, size = int(pattern[0]), pattern[1]
    share = second_share(
        kind, cloth[0] / size, cloth[1] / size, rest[0], rest[1] - print_height, rest[2] - 0.3
    )
    fade = 0.0
    if kind == DENIM and rest[2] > 0:
        fade = np.exp(-(((abs(rest[0]) - 1.4) / 0.6) ** 2)) * np.exp(
            -(((rest[1] + 2.2) / 2.6) ** 2)
        )
    factor = weave(kind, cloth[0], cloth[1], fade)
    if hem < 0.04:
        factor *= 0.82
    elif abs(hem - 0.2) < 0.025:
        factor *= 0.88
    if rest[2] > 0.2:
        factor *= _sewn(sewn, rest[0], rest[1] - print_height, rest[1] - waist)
    for k in range(3):
        color[k] = factor * ((1 - share) * pattern[2 + k] + share * pattern[5 + k])


@njit(cache=True)
def _sewn(sewn, x, above_chest, above_waist):
    """Return how plackets, pockets and flies darken or lighten the cloth in front."""
    side = abs(x)
    if sewn & PLACKET:
        row = above_chest / 0.95
        if np.hypot(x, (row - np.floor(row) - 0.5) * 0.95) < 0.055:
            return 1.5
        return 0.84 if abs(side - 0.17) < 0.022 else 1.0
    if sewn & POCKET:
        if -3.6 < above_chest < -2.1:
            opening = 1.05 + 0.35 * (-2.1 - above_chest)
            line = abs(side - min(opening, 1.3)) < 0.035 or abs(above_chest + 2.14) < 0.035
            return 0.78 if line and side < 1.33 else 1.0
        cord = abs(side - 0.3) < 0.035 and -0.9 < above_chest < 0.9
        return 1.7 if cord else 1.0
    if sewn & FLY:
        if abs(x - 0.1) < 0.018 and -1.1 < above_waist < 0:
            return 0.82
        pocket = abs((side - 1.0) * 1.2 - (-0.25 - above_waist)) < 0.03
        return 0.84 if pocket and -0.95 < above_waist < -0.2 and side < 1.6 else 1.0
    return 1.0


@njit(cache=True, error_model="numpy")
def _skin(color, plain, face, rest, beard):
    mottled = 0.96 + 0.08 * noise_at(rest[0] * 3.0, rest[1] * 3.0, rest[2] * 3.0)
    for k in range(3):
        color[k] = plain[0, k] * mottled
    if rest[1] < face[2, 1] - 1.2:
        return
    side = 0 if rest[0] > 0 else 1
    x, y = rest[0] - face[side, 0], rest[1] - face[side, 1]
    outwards = x if side == 0 else -x
    in_front = rest[2] > face[side, 2] - 0.25
    mouth_x, mouth_y = rest[0], rest[1] - face[2, 1]
    # Blood shows in cheeks, nose and lips.
    cheek = np.exp(-(((outwards - 0.05) / 0.28) ** 2 + ((y + 0.42) / 0.24) ** 2))
    nose = np.exp(-((rest[0] / 0.18) ** 2 + ((rest[1] - face[3, 1]) / 0.2) ** 2))
    red = (0.14 * cheek + 0.06 * nose) if in_front else 0.0
    color[1] *= 1 - red
    color[2] *= 1 - red
    if beard > 0 and rest[2] > face[2, 2] - 1.1:
        jaw = 1 / (1 + np.exp((mouth_y - 0.22 - 0.35 * max(0.0, abs(mouth_x) - 0.3)) * 14))
        grown = beard * jaw * (0.75 + 0.5 * noise_at(rest[0] * 30, rest[1] * 30, rest[2] * 30))
        chin = 1 if mouth_y > -0.75 else max(0.0, 1 - (-0.75 - mouth_y) * 3)
        for k in range(3):
            color[k] += min(1.0, grown * chin) * (plain[2, k] - color[k])
    if not in_front:
        return
    # The eyelid's fold and the socket are darker.
    socket = np.exp(-((outwards / 0.26) ** 2 + ((y - 0.06) / 0.13) ** 2))
    for k in range(3):
        color[k] *= 1 - 0.22 * socket
    arch = 0.215 + 0.12 * (outwards + 0.2) - 1.3 * max(0.0, outwards - 0.05) ** 2
    thick = 0.05 - 0.06 * max(0.0, outwards - 0.05)
    if abs(outwards - 0.03) < 0.25 and abs(y - arch) < thick:
        for k in range(3):
            color[k] += 0.85 * (plain[2, k] - color[k])
    lips = (mouth_x / 0.24) ** 2 + ((mouth_y + 0.005) / 0.085) ** 2
    if lips < 1 and rest[2] > face[2, 2] - 0.3:
        line = 0.62 if abs(mouth_y - 0.012) < 0.014 else 1.0
        color[0] *= 0.80 * line
        color[1] *= 0.58 * line
        color[2] *= 0.60 * line


@njit(cache=True, error_model="numpy")
def _hair(color, plain, face, rest):
    """Set the colour of hair and return how bright the strand is, 0..1."""
    around = np.arctan2(rest[0], rest[2] - face[0, 2] + 0.9)
    strand = noise_at(around * 26.0, rest[1] * 1.1, rest[2] * 1.1)
    strand = 0.6 * strand + 0.4 * noise_at(around * 60.0, rest[1] * 2.0, 7.5)
    for k in range(3):
        color[k] = plain[1, k] * (0.55 + 0.9 * strand)
    return strand


@njit(cache=True, error_model="numpy")
def _eye(color, plain, face, rest):
    side = 0 if rest[0] > 0 else 1
    x, y = rest[0] - face[side, 0], rest[1] - face[side, 1]
    distance = np.hypot(x, y)
    color[:] = np.float32(0.62)
    if distance < 0.035:
        color[:] = np.float32(0.01)
    elif distance < 0.085:
        rim = 0.55 if distance > 0.07 else 1.0
        for k in range(3):
            color[k] = plain[5, k] * rim
    if np.hypot(x + 0.03, y - 0.035) < 0.018:
        color[:] = np.float32(1.2)


@njit(cache=True)
def _shoe(color, plain, height):
    sole = height < SOLE
    edge = 0.6 if abs(height - SOLE) < 0.03 else 1.0
    for k in range(3):
        color[k] = (plain[4, k] if sole else plain[3, k]) * edge

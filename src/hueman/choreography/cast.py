"""The cast: thirteen actors who differ in build, skin, hair and clothes."""

from dataclasses import dataclass

from hueman.choreography.body import BodyShape
from hueman.choreography.hair import Hair
from hueman.choreography.lower_garment import LowerCut
from hueman.choreography.patterns import Pattern
from hueman.choreography.upper_garment import UpperCut

Color = tuple[int, int, int]


@dataclass(frozen=True)
class ActorSpec:
    """Everything that makes an actor. Colours are uint8 sRGB."""

    shape: BodyShape
    skin: Color
    hair: Hair
    hair_color: Color
    upper: UpperCut
    upper_pattern: Pattern
    lower: LowerCut
    lower_pattern: Pattern
    shoes: Color
    sole: Color = (225, 225, 220)
    eyes: Color = (70, 45, 28)
    beard: float = 0.0
    """How dense a beard is, 0..1."""


DENIM = Pattern("denim", (62, 84, 128))

CAST: dict[str, ActorSpec] = {
    "plaid": ActorSpec(
        BodyShape(male=1, muscle=0.55, weight=0.5, height=0.53),
        skin=(224, 172, 140), hair=Hair("swept"), hair_color=(58, 38, 26), beard=0.15,
        upper=UpperCut("shirt", loose=0.5),
        upper_pattern=Pattern("plaid", (178, 36, 40), (28, 30, 66), 0.9),
        lower=LowerCut("trousers", loose=0.35), lower_pattern=DENIM,
        shoes=(70, 50, 38), sole=(40, 30, 24),
    ),
    "mustard": ActorSpec(
        BodyShape(male=0, muscle=0.45, weight=0.45, height=0.5),
        skin=(235, 190, 160), hair=Hair("long"), hair_color=(104, 66, 38),
        upper=UpperCut("tshirt", loose=0.3), upper_pattern=Pattern("plain", (220, 160, 40)),
        lower=LowerCut("leggings"), lower_pattern=Pattern("plain", (40, 42, 52)),
        shoes=(222, 222, 222), eyes=(80, 110, 80),
    ),
    "stripes": ActorSpec(
        BodyShape(male=1, muscle=0.6, weight=0.62, height=0.54, ancestry=(1, 0, 0)),
        skin=(105, 68, 48), hair=Hair("buzz"), hair_color=(22, 18, 16),
        upper=UpperCut("tshirt", loose=0.5),
        upper_pattern=Pattern("stripes", (40, 70, 130), (235, 235, 230), 1.1),
        lower=LowerCut("trousers", loose=0.5), lower_pattern=Pattern("plain", (122, 107, 86)),
        shoes=(44, 66, 128),
    ),
    "checker": ActorSpec(
        BodyShape(male=1, muscle=0.5, weight=0.4, height=0.45, ancestry=(0, 1, 0)),
        skin=(226, 180, 145), hair=Hair("short"), hair_color=(24, 21, 20),
        upper=UpperCut("tshirt", loose=0.4),
        upper_pattern=Pattern("checkerboard", (36, 118, 88), (226, 226, 216), 1.5),
        lower=LowerCut("trousers", loose=0.2), lower_pattern=Pattern("plain", (56, 61, 78)),
        shoes=(230, 230, 226),
    ),
    "skirt": ActorSpec(
        BodyShape(male=0, muscle=0.5, weight=0.5, height=0.45, ancestry=(0, 1, 0)),
        skin=(238, 198, 168), hair=Hair("bob"), hair_color=(26, 21, 20),
        upper=UpperCut("long_sleeve", neck="v", loose=0.25, tucked=True),
        upper_pattern=Pattern("plain", (232, 232, 236)),
        lower=LowerCut("skirt", loose=0.4), lower_pattern=Pattern("plain", (150, 30, 45)),
        shoes=(34, 32, 34), sole=(24, 22, 24),
    ),
    "hoodie": ActorSpec(
        BodyShape(male=1, muscle=0.5, weight=0.75, height=0.5),
        skin=(216, 162, 130), hair=Hair("short"), hair_color=(96, 60, 34), beard=0.6,
        upper=UpperCut("hoodie", loose=0.8), upper_pattern=Pattern("plain", (92, 100, 74)),
        lower=LowerCut("trousers", loose=0.5), lower_pattern=DENIM,
        shoes=(38, 34, 32), eyes=(80, 100, 130),
    ),
    "print": ActorSpec(
        BodyShape(male=0, muscle=0.5, weight=0.6, height=0.5, ancestry=(1, 0, 0)),
        skin=(122, 80, 57), hair=Hair("afro"), hair_color=(28, 21, 18),
        upper=UpperCut("tshirt", loose=0.4),
        upper_pattern=Pattern("print", (64, 60, 150), (242, 204, 66)),
        lower=LowerCut("shorts", loose=0.3), lower_pattern=DENIM,
        shoes=(205, 205, 205),
    ),
    "senior": ActorSpec(
        BodyShape(male=1, muscle=0.45, weight=0.58, height=0.52, old=0.7),
        skin=(228, 180, 154), hair=Hair("short", hairline=0.25), hair_color=(176, 174, 170),
        upper=UpperCut("long_sleeve", loose=0.6), upper_pattern=Pattern("plain", (66, 108, 70)),
        lower=LowerCut("trousers", loose=0.6), lower_pattern=Pattern("plain", (170, 150, 116)),
        shoes=(96, 64, 42), sole=(60, 42, 30), eyes=(96, 116, 134),
    ),
    "runner": ActorSpec(
        BodyShape(male=0, muscle=0.62, weight=0.4, height=0.6),
        skin=(230, 182, 150), hair=Hair("ponytail"), hair_color=(192, 152, 88),
        upper=UpperCut("sleeveless", loose=0.1), upper_pattern=Pattern("plain", (200, 52, 122)),
        lower=LowerCut("leggings", length=0.92), lower_pattern=Pattern("plain", (34, 34, 42)),
        shoes=(212, 64, 122), eyes=(86, 120, 140),
    ),
    "pinstripe": ActorSpec(
        BodyShape(male=0, muscle=0.5, weight=0.55, height=0.55, ancestry=(0.5, 0, 0.5)),
        skin=(188, 134, 100), hair=Hair("bun"), hair_color=(56, 34, 26),
        upper=UpperCut("shirt", loose=0.35),
        upper_pattern=Pattern("vertical_stripes", (40, 62, 142), (244, 244, 246), 0.55),
        lower=LowerCut("trousers", loose=0.25), lower_pattern=Pattern("plain", (84, 88, 100)),
        shoes=(236, 236, 236),
    ),
    "flannel": ActorSpec(
        BodyShape(male=1, muscle=0.8, weight=0.55, height=0.5, ancestry=(0.4, 0.3, 0.3)),
        skin=(150, 102, 72), hair=Hair("afro"), hair_color=(24, 19, 16), beard=0.75,
        upper=UpperCut("shirt", loose=0.6),
        upper_pattern=Pattern("plaid", (232, 152, 54), (92, 62, 42), 1.2),
        lower=LowerCut("trousers", loose=0.45), lower_pattern=Pattern("plain", (46, 72, 62)),
        shoes=(182, 182, 178),
    ),
    "dots": ActorSpec(
        BodyShape(male=0, muscle=0.45, weight=0.72, height=0.42, old=0.25),
        skin=(240, 200, 178), hair=Hair("bob"), hair_color=(150, 74, 40),
        upper=UpperCut("tshirt", neck="v", loose=0.45, sleeve=0.42, tucked=True),
        upper_pattern=Pattern("dots", (36, 128, 138), (240, 236, 224), 0.7),
        lower=LowerCut("skirt", loose=0.8, length=0.56),
        lower_pattern=Pattern("plain", (58, 50, 82)),
        shoes=(120, 70, 60), sole=(80, 50, 42), eyes=(84, 116, 96),
    ),
    "athlete": ActorSpec(
        BodyShape(male=1, muscle=0.85, weight=0.48, height=0.57, ancestry=(0, 0, 1)),
        skin=(206, 150, 116), hair=Hair("none"), hair_color=(70, 50, 38), beard=0.35,
        upper=UpperCut("sleeveless", loose=0.35), upper_pattern=Pattern("plain", (190, 190, 196)),
        lower=LowerCut("shorts", loose=0.7),
        lower_pattern=Pattern("stripes", (34, 74, 148), (238, 240, 244), 1.6),
        shoes=(240, 110, 50),
    ),
}  # fmt: skip

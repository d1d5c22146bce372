"""Motion capture."""

from ..crafting import DEEP, replaced, text
from ..entries import drive, driving
from ..kind import Kind


def _many_joints() -> str:
    joints = "".join(
        f"JOINT j{n} {{ OFFSET 1 1 1 CHANNELS 1 Xrotation End Site {{ OFFSET 0 1 0 }} }}\n"
        for n in range(240)
    )
    arms = "".join(
        f"JOINT {name} {{ OFFSET {x} {y} 0 CHANNELS 1 Xrotation End Site {{ OFFSET 0 1 0 }} }}\n"
        for name, x, y in (
            *(("LeftArm", 9, 40), ("RightArm", -9, 40)),
            *(("LeftUpLeg", 9, -2), ("RightUpLeg", -9, -2)),
        )
    )
    frames, channels = 20_000, 245
    head = "HIERARCHY\nROOT Hips { OFFSET 0 0 0 CHANNELS 1 Xrotation\n"
    motion = f"MOTION\nFrames: {frames}\nFrame Time: 0.04\n"
    return f"{head}{joints}{arms}}}\n{motion}" + "0 " * (frames * channels)


MOTION_CAPTURE = Kind(
    "motion capture (.bvh)",
    ("motion.bvh",),
    {"driving_poses": driving, "hueman generate --drive": drive},
    text=True,
    share=2,
    crafted={
        "a billion frames": replaced("Frames: 4", "Frames: 999999999"),
        "no frames": replaced("Frames: 4", "Frames: 0"),
        "no time": replaced("0.033333", "0"),
        "NaN time": replaced("0.033333", "nan"),
        "NaN offset": replaced("OFFSET 18", "OFFSET nan"),
        "infinite offset": replaced("OFFSET 18", "OFFSET inf"),
        "offsets of 1e308": replaced("OFFSET 18", "OFFSET 1e308"),
        "deep joints": text("HIERARCHY\n" + "ROOT a {\n" + "JOINT a {\n" * DEEP),
        "all bones without length": lambda path: path.write_text(
            "\n".join(
                "OFFSET 0 0 0" if line.startswith("OFFSET") else line
                for line in path.read_text().splitlines()
            )
        ),
        "5 million numbers": lambda path: path.write_text(_many_joints()),
        "no braces": text("HIERARCHY ROOT " + "x " * 10**6),
        "a long name": replaced("LeftForeArm", ":" * 10**6),
        "channels of a million": replaced("CHANNELS 6", "CHANNELS 1000000"),
        "a name with escapes": replaced("LeftArm", "\x1b[2JLeftHand"),
        "40 MB of spaces": text("HIERARCHY" + " " * 40_000_000),
        "lines of spaces": text("HIERARCHY" + (" " * 2000 + "\n") * 5000),
    },
)

"""Write `src/hueman/generation/actions.npz`: the choreographed actions as poses, nothing rendered.

Run it with `python benchmarks/builtin_actions.py [FILE]` after a change of the choreography; it
needs numba and the body's files, as `hueman render` does. The same choreography gives the same
bytes.
"""

from pathlib import Path

import numpy as np
import tyro

from hueman.choreography.actions import ACTIONS, Manner, perform
from hueman.choreography.actor import Actor
from hueman.choreography.assets import BodyAssets
from hueman.choreography.camera import Camera
from hueman.choreography.cast import CAST
from hueman.files import atomic_file
from hueman.generation.actions import FILE, STEPS

ACTOR = "plaid"
HEIGHT, WIDTH = 384, 256
FRAMES = 50


def main(out: tyro.conf.Positional[Path] = FILE) -> None:
    """Perform all actions.

    Args:
        out: the file to write.
    """
    actor = Actor(BodyAssets.load(), CAST[ACTOR])
    camera = Camera(HEIGHT, WIDTH, floor=float(actor.vertices[:, 1].min()))
    places = {name: perform_before(camera, actor, name) for name in ACTIONS}
    with atomic_file(out) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **places)  # type: ignore[arg-type]  # names are the actions'
    print(f"{out}: {len(places)} actions, {out.stat().st_size} bytes.")


def perform_before(camera: Camera, actor: Actor, action: str) -> np.ndarray:
    """Return the joints as a camera sees them, int16 (FRAMES, 18, 2), STEPS to a pixel."""
    postures = [perform(ACTIONS[action], time, Manner()) for time in np.linspace(0, 1, FRAMES)]
    joints = [actor.joints(actor.rig.transforms(posture)) for posture in postures]
    # The renderer's pixel edges are at integers, a pose's pixel middles.
    seen = np.stack([camera.project(each)[:, :2] - 0.5 for each in joints])
    return np.rint(seen * STEPS).astype(np.int16)


if __name__ == "__main__":
    tyro.cli(main)

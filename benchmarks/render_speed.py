"""How long a rendered frame takes on one core, and each further colour of the same frame.

Run it with `python benchmarks/render_speed.py [--frames N]`. Every actor does jumping jacks at
384x256, once in its own colours and once in two more; the difference is what colours cost. Edges
and everything else that a dataset holds are included, writing to disk is not. Compiling the kernels
and dressing the actors come before the clock starts.
"""

import argparse
import time

import torch

from hueman.choreography.cast import CAST
from hueman.choreography.clip import ClipRenderer
from hueman.choreography.settings import RenderSettings

FURTHER_COLORS = 2
ACTION = "jack"


def main(frames: int) -> None:
    torch.set_num_threads(1)
    plain = ClipRenderer(RenderSettings(frames=frames))
    colored = ClipRenderer(RenderSettings(frames=frames, recolors=FURTHER_COLORS))
    print("| actor | seconds a frame | seconds for each further colour |\n|---|---|---|")
    rows = []
    for actor in CAST:
        one, more = seconds(plain, actor) / frames, seconds(colored, actor) / frames
        rows.append((one, (more - one) / FURTHER_COLORS))
        print(f"| {actor} | {rows[-1][0]:.3f} | {rows[-1][1]:.3f} |")
    mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    print(f"| mean | {mean[0]:.3f} | {mean[1]:.3f} |")


def seconds(renderer: ClipRenderer, actor: str) -> float:
    """Time one clip; the actor has been dressed by a shorter one before."""
    renderer(actor, "salute")
    started = time.perf_counter()
    renderer(actor, ACTION)
    return time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=12, help="of each clip")
    main(parser.parse_args().frames)

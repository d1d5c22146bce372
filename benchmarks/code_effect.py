"""How much of a tiled code an untrained generator can see, at the paper's size.

Run it with `python benchmarks/code_effect.py`. It needs 1.2 GB of memory. Two random codes are
given to the same generator (section 4.2 of the paper: 4 down-samplings, 9 residual blocks, frames
of 384x256) beside the same random feature map and a black previous frame. The number is the largest
change of any value of the frame, which lies in -1..1. The coarse stage alone is pix2pixHD's global
generator; with the fine one it is its local generator.
"""

from typing import get_args

import torch

from hueman.networks.coarse_to_fine import CoarseToFine, CodeCure
from hueman.networks.initialization import Initialization, initialize
from hueman.networks.written_code import WrittenCode

HEIGHT, WIDTH = 384, 256
UPPER, LOWER = 16, 8
INITIALIZATIONS: tuple[Initialization, ...] = ("default", "normal")


def main() -> None:
    print("| initialisation | `code_cure` | coarse and fine | coarse alone |\n|---|---|---:|---:|")
    for initialization in INITIALIZATIONS:
        for cure in get_args(CodeCure):
            changes = [largest_change(cure, fine, initialization) for fine in (True, False)]
            cells = [initialization, f"`{cure}`", *(f"{change:.2g}" for change in changes)]
            print(f"| {' | '.join(cells)} |", flush=True)


@torch.inference_mode()
def largest_change(cure: CodeCure, fine_stage: bool, initialization: Initialization) -> float:
    """Return the largest difference of the frames that two random codes make."""
    torch.manual_seed(0)
    network = CoarseToFine(UPPER + LOWER, fine_stage=fine_stage, code_cure=cure)
    initialize(network, initialization)
    random = torch.Generator().manual_seed(1)
    pictures = {
        "features": torch.rand(1, 4, HEIGHT, WIDTH, generator=random) * 2 - 1,
        "previous": torch.full((1, 3, HEIGHT, WIDTH), -1.0),
    }
    everywhere = torch.ones(1, 2, HEIGHT, WIDTH)
    frames = []
    for code in torch.randn(2, 1, UPPER + LOWER, generator=random):
        tiled = WrittenCode(code[:, :UPPER], code[:, UPPER:], everywhere)
        frames.append(network(pictures, tiled))
    return float((frames[0] - frames[1]).abs().max())


if __name__ == "__main__":
    main()

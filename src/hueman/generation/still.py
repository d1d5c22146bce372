"""One frame of a movement, made again and again in other clothes."""

import numpy as np
import torch

from hueman.generation.person import Clothes, Person
from hueman.generation.predictor import Predictor
from hueman.training.pictures import to_uint8


class Still:
    """A person in one pose; all that does not depend on the clothes is found once.

    Args:
        predictor: makes the frames.
        person: to be shown.
        pose: (18, 3), in pixels of the model's frames.
    """

    @torch.inference_mode()
    def __init__(self, predictor: Predictor, person: Person, pose: np.ndarray):
        self._predictor = predictor
        self._person = person
        poses = torch.from_numpy(pose[None])
        chosen = person.chosen(poses)
        self._told = predictor.model.estimate(person.frames, poses, person.appearance, chosen)

    @torch.inference_mode()
    def __call__(self, clothes: Clothes) -> np.ndarray:
        """Return the frame, uint8 (H, W, 3), RGB.

        Like a video's first frame it is made from black, and not from the one before.

        Args:
            clothes: with a code (up + down,).
        """
        predictor = self._predictor
        codes = clothes.code[None].to(predictor.device)
        colors = None if clothes.colors is None else clothes.colors[None].to(predictor.device)
        worn = self._person.worn(Clothes(codes, colors))
        black = torch.full((1, 3, *predictor.size), -1.0, device=predictor.device)
        return to_uint8(predictor.next_frame(self._told, codes, black, worn))[0]

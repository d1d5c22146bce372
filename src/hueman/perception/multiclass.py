"""Clothes, skin and hair by MediaPipe's multiclass selfie segmenter, run by LiteRT.

Like BlazePose, the network sees a square around the person, so that small people are seen large.
"""

from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from scipy.special import softmax

from hueman.errors import HuemanError
from hueman.perception.base import SeenClass, check_frames
from hueman.perception.regions import Region
from hueman.weights.registry import locate
from hueman.weights.tflite_metadata import input_normalization

_SIZE = 256
"""Side of the network's square input and output, pixels."""
_INPUT = (1, _SIZE, _SIZE, 3)
_OUTPUT = (1, _SIZE, _SIZE, len(SeenClass))

# The published file says itself what values it wants. Of files that do not, Google's own example
# for LiteRT (litert/samples/async_segmentation) gives values from -1 to 1.
_USUAL_NORMALIZATION = (np.float32(127.5), np.float32(127.5))

_IS_PERSON = 128
"""Soft mask value from which a pixel counts as the person's."""
_MARGIN = 1.25
"""Side of the square, in longer sides of the person's box: masks err, and clothes hang wide."""
_TOLERANCE = 1e-3
"""By how much probabilities may fail to sum to 1."""


class MulticlassSegmenter:
    """Tells background, hair, skin, clothes and other things of one person.

    Args:
        threads: threads of the network.

    Raises:
        HuemanError: the weights cannot be had, or are not those of such a network.
    """

    def __init__(self, threads: int = 1):
        path = locate("selfie-multiclass")
        self._interpreter = _load(path, threads)
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._mean, self._deviation = input_normalization(path) or _USUAL_NORMALIZATION

    def __call__(self, frames: np.ndarray, person: np.ndarray) -> np.ndarray:
        """Look at the person in each frame.

        Args:
            frames: uint8 (T, H, W, 3) RGB.
            person: uint8 (T, H, W), soft person mask.

        Returns:
            float32 (T, H, W, 6), probability of each `SeenClass`; far from the person, and in
            frames without one, all is background.
        """
        check_frames(frames)
        if person.shape != frames.shape[:3]:
            raise ValueError(f"person must be {frames.shape[:3]}, as frames, got {person.shape}")
        classes = np.zeros((*person.shape, len(SeenClass)), np.float32)
        for index, (frame, mask) in enumerate(zip(frames, person, strict=True)):
            region = _person_region(mask)
            if region is not None:
                crop = self._look(region.cut(frame, _SIZE))
                for seen in list(SeenClass)[1:]:
                    classes[index, ..., seen] = region.paste(crop[..., seen], *mask.shape)
        # What no class was pasted to.
        classes[..., SeenClass.BACKGROUND] = 1 - classes.sum(axis=-1)
        return classes

    def _look(self, crop: np.ndarray) -> np.ndarray:
        """Return the probabilities, float32 (_SIZE, _SIZE, 6), in a picture (_SIZE, _SIZE, 3)."""
        values = (crop.astype(np.float32) - self._mean) / self._deviation
        self._interpreter.set_tensor(self._input, values[None])
        self._interpreter.invoke()
        return as_probabilities(self._interpreter.get_tensor(self._output)[0])


def as_probabilities(output: np.ndarray) -> np.ndarray:
    """Return probabilities (..., n) of what are probabilities already, or else scores.

    The published network gives scores, and MediaPipe takes their softmax outside it; converted
    files may have it inside.
    """
    off = np.abs(output.sum(axis=-1) - 1).max()
    return output if output.min() >= 0 and off < _TOLERANCE else softmax(output, axis=-1)


def _person_region(mask: np.ndarray) -> Region | None:
    """Return the square around the person in a mask (H, W), None if there is nobody."""
    rows, columns = np.nonzero(mask >= _IS_PERSON)
    if not len(rows):
        return None
    low, high = np.array([[columns.min(), rows.min()], [columns.max(), rows.max()]])
    x, y = (low + high) / 2
    return Region((float(x), float(y)), _MARGIN * float((high - low).max() + 1))


def _load(path: Path, threads: int) -> Interpreter:
    """Return the network in a file; HuemanError if it is not one of this form."""
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=threads)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise HuemanError(
            f"{path} is not a network that LiteRT can run ({error}); replace it by the "
            "published file, which 'hueman weights list' names."
        ) from error
    found = [
        (tuple(map(int, tensor["shape"])), np.dtype(tensor["dtype"]).name)
        for tensor in (*interpreter.get_input_details(), *interpreter.get_output_details())
    ]
    if found != [(_INPUT, "float32"), (_OUTPUT, "float32")]:
        tensors = ", ".join(f"{dtype} {shape}" for shape, dtype in found)
        raise HuemanError(
            f"{path} is another network than selfie-multiclass: its inputs and outputs are "
            f"{tensors}, not float32 {_INPUT}, float32 {_OUTPUT}; replace it by the published "
            "file, which 'hueman weights list' names."
        )
    return interpreter

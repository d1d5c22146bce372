"""A trained model as something to call: content frame, poses and colours in, frames out."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hueman.appearance.choosing import content_frames
from hueman.clips.panels import spread
from hueman.clips.store import PreparedClip
from hueman.device import choose_device
from hueman.engines.engine import choose_engine
from hueman.errors import HuemanError
from hueman.features.pose import scale_pose
from hueman.generation.colors import GARMENTS, ColorMeter, Request, meet, reachable
from hueman.generation.person import Clothes, Person
from hueman.generation.precision import choose_precision
from hueman.generation.steadying import at_rest, steady
from hueman.overlap import ahead
from hueman.training.frames import Frames
from hueman.training.guidance import Guidance
from hueman.training.model import VideoModel, load_model
from hueman.training.model_file import file_of
from hueman.training.pictures import to_uint8

CONTENT_FRAMES = 8
"""Frames of a clip that show its person, if the model can use several."""
AT_ONCE = (2, 4, 8)
"""Frames whose guidance is found at once, and from then on the last: the first frames come soon,
and many at once are faster than one by one, in bounded memory."""
PROBES = 4
"""Frames that are made to see what colours come out."""
WATCHED_EVERY = 5
"""Of a video's frames, every so many are measured by `watched`."""


class Predictor:
    """Generates videos with a trained model.

    Args:
        model: as `load_model` returns it.
        device: "auto", "cpu" or "cuda".
        precision: of the generator, see `choose_precision`.
        steadied: whether videos are steadied, see `hueman.generation.steadying`.
        engine: what makes the frames, see `choose_engine`.
        file: that the model was read from, if any; an exported graph may be beside it.
    """

    def __init__(
        self,
        model: VideoModel,
        device: str = "auto",
        precision: str = "auto",
        steadied: bool = True,
        engine: str = "auto",
        file: Path | None = None,
    ):
        self.steadied = steadied
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()
        dtype = choose_precision(precision, self.device)
        self.engine = choose_engine(engine, self.model, file, self.device, dtype)

    @classmethod
    def from_file(cls, path: Path | str, device: str = "auto") -> "Predictor":
        """Load a model's file, or the folder of a training run.

        Raises:
            HuemanError: there is no model at `path`, or it is damaged.
        """
        return cls(load_model(path)[0], device, file=file_of(path))

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the frames it makes, in pixels."""
        return self.model.config.height, self.model.config.width

    def content_count(self, count: int | None = None) -> int:
        """Return how many frames of a clip may show its person.

        Args:
            count: as wished; by default `CONTENT_FRAMES` if the model has the appearance path, else
                1 as in the paper.

        Raises:
            HuemanError: `count` is not positive.
        """
        if count is None:
            count = CONTENT_FRAMES if self.model.tint is not None else 1
        if count < 1:
            raise HuemanError(f"The content frames are {count}; choose 1 or more.")
        return count

    def content(self, clip: PreparedClip, count: int | None = None) -> Person:
        """Bring frames of a prepared clip to the model's size, to show its person.

        Args:
            clip: of the person.
            count: how many at most, the first and others that show most besides; see
                `content_count`.
        """
        count = self.content_count(count)
        frames = Frames.of(clip, *self.size)
        return self.person(frames[content_frames(frames.parts, frames.pose, count)])

    def person(self, frames: Frames) -> Person:
        """Take the person that frames at the model's size show."""
        return Person(frames, self.model)

    @property
    def lightness(self) -> bool:
        """Whether the model can change how light garments are."""
        return self.model.config.lightness_augmentation

    @torch.inference_mode()
    def clothes(
        self,
        person: Person,
        upper: np.ndarray | Tensor | None = None,
        lower: np.ndarray | Tensor | None = None,
    ) -> Clothes:
        """Encode a person's clothes, recoloured first where a colour is given.

        Args:
            person: of whose content frames the first is encoded.
            upper: Lab (3,) of the upper garment, brought to the nearest that it can have; None
                keeps its own.
            lower: Lab (3,) of the lower garment.
        """
        content = person.frames[:1]
        first = 0 if self.lightness else 1  # of the numbers L, a, b that colours consist of
        wanted, worn = [], []
        for own, color in zip(person.own_colors, (upper, lower), strict=True):
            reached = own if color is None else reachable(own, np.asarray(color), self.lightness)
            worn.append(reached[first:])
            wanted.append(None if color is None else reached[None, first:])
        pictures = content.recolored(*wanted, recolor=self.model.recolor).to(self.device)
        kind = self.model.config.stage_one.encoder.input_region
        code = self.model.encoders(pictures, content.encoder_regions(kind).to(self.device))[0]
        colors = None if self.model.tint is None else torch.cat(worn).to(code)
        return Clothes(code, colors)

    def requests(self, person: Person, upper: str | None, lower: str | None) -> list[Request]:
        """Read the colours that a person's garments are asked to have; None keeps a garment's own.

        Raises:
            HuemanError: a text is not a colour.
        """
        texts = zip(GARMENTS, (upper, lower), person.own_colors, strict=True)
        return [
            Request.of(garment, text, own, self.lightness)
            for garment, text, own in texts
            if text is not None
        ]

    def dress(self, person: Person, pose: np.ndarray, requests: list[Request]) -> Clothes:
        """Find clothes that show a person in the colours asked for, by making a few frames.

        Args:
            person: to be dressed.
            pose: (T, 18, 3), driving poses in pixels of the model's frames, T at least 1.
            requests: from `requests`.
        """
        probes = torch.from_numpy(pose[spread(len(pose), min(PROBES, len(pose)))])

        def encode(asked: dict[str, Tensor]) -> Clothes:
            return self.clothes(person, asked.get("upper"), asked.get("lower"))

        def measure(clothes: Clothes) -> Tensor:
            return self._probe(person, probes, clothes)

        return meet(requests, encode, measure, self.lightness) if requests else encode({})

    @torch.inference_mode()
    def _probe(self, person: Person, pose: Tensor, clothes: Clothes) -> Tensor:
        """Make single frames, each from itself made from black; return the garments' Lab (2, 3)."""
        chosen, worn = person.chosen(pose), _for_each(clothes, len(pose))
        guidance = self.model.estimate(person.frames, pose, person.appearance, chosen)
        colors = person.worn(worn)
        frames = torch.full((len(pose), 3, *self.size), -1.0, device=self.device)
        for _ in range(2):
            frames = self.next_frame(guidance, worn.code, frames, colors)
        meter = ColorMeter()
        meter.note(frames.cpu(), person.garments(pose, chosen))
        return meter.means

    def next_frame(
        self, guidance: Guidance, code: Tensor, previous: Tensor, colors: Tensor | None = None
    ) -> Tensor:
        """Do what `VideoModel.next_frame` does, by the engine chosen; float32."""
        return self.engine.next_frame(guidance, code, previous, colors)

    def generate(self, person: Person, pose: np.ndarray, clothes: Clothes) -> Iterator[np.ndarray]:
        """Make a video frame by frame, each from the one before.

        Args:
            person: to be shown.
            pose: (T, 18, 3), driving poses in pixels of the model's frames.
            clothes: for the whole video, or of each frame.

        Yields:
            uint8 (H, W, 3), RGB.
        """
        for frames in self.generate_each(person, pose, [clothes]):
            yield frames[0]

    @torch.inference_mode()
    def generate_each(
        self, person: Person, pose: np.ndarray, wardrobe: Sequence[Clothes]
    ) -> Iterator[np.ndarray]:
        """Make several videos of the same movement at once; what they share is found once.

        Args:
            person: to be shown.
            pose: (T, 18, 3), driving poses in pixels of the model's frames.
            wardrobe: the clothes of each of V videos.

        Yields:
            The videos' next frames, uint8 (V, H, W, 3), RGB.
        """
        # Half of the cores: the other half makes frames of what is known already.
        threads = max(1, torch.get_num_threads() // 2)
        with closing(ahead(self.guidance(person, pose), 1, threads)) as batches:
            yield from self.guided(person, pose, wardrobe, chain.from_iterable(batches))

    @torch.inference_mode()
    def guided(
        self,
        person: Person,
        pose: np.ndarray,
        wardrobe: Sequence[Clothes],
        guidance: Iterable[Guidance],
    ) -> Iterator[np.ndarray]:
        """Make frames as `generate_each` does, of which is known what they shall show.

        The network goes on from its own frames, as in training; those that are shown are steadied,
        except where clothes change, whose fade shall not lag.

        Args:
            person: as for `generate_each`.
            pose: as for `generate_each`.
            wardrobe: as for `generate_each`.
            guidance: for each pose, from `guidance`.
        """
        each = [_for_each(clothes, len(pose)) for clothes in wardrobe]
        codes = torch.stack([clothes.code for clothes in each]).to(self.device)
        worn = [person.worn(clothes) for clothes in each]
        seen = [color for color in worn if color is not None]
        colors = torch.stack(seen) if seen else None
        with closing(ahead(self._made(codes, colors, guidance), 1)) as frames:
            yield from self._shown(frames, codes, pose)

    @torch.inference_mode()
    def _made(
        self, codes: Tensor, colors: Tensor | None, guidance: Iterable[Guidance]
    ) -> Iterator[Tensor]:
        """Make frames (V, 3, H, W), each from the one before; codes (V, T, up + down)."""
        frame = torch.full((len(codes), 3, *self.size), -1.0, device=self.device)
        for number, told in enumerate(guidance):
            told = told.each(lambda tensor: tensor.expand(len(codes), -1, -1, -1))
            color = None if colors is None else colors[:, number]
            frame = self.next_frame(told, codes[:, number], frame, color)
            yield frame

    @torch.inference_mode()
    def _shown(
        self, frames: Iterable[Tensor], codes: Tensor, pose: np.ndarray
    ) -> Iterator[np.ndarray]:
        """Steady frames as they are made."""
        shown = None
        for number, frame in enumerate(frames):
            if shown is None or not self.steadied:
                shown = frame
            else:
                rest = at_rest(pose[number - 1], pose[number], *self.size).to(self.device)
                fades = (codes[:, number] != codes[:, number - 1]).any(dim=1)[:, None, None, None]
                shown = torch.where(fades, frame, steady(frame, shown, rest))
            yield to_uint8(shown)

    @torch.inference_mode()
    def guidance(self, person: Person, pose: np.ndarray) -> Iterator[list[Guidance]]:
        """Estimate what is seen under each pose.

        Args:
            person: to be shown.
            pose: (T, 18, 3), in pixels of the model's frames.

        Yields:
            The guidance of the next few frames, each by itself.
        """
        poses = torch.from_numpy(pose)
        chosen = person.chosen(poses)
        begun = 0
        for count in chain(AT_ONCE, repeat(AT_ONCE[-1])):
            some, shown = poses[begun : begun + count], chosen[begun : begun + count]
            if not len(some):
                return
            begun += count
            told = self.model.estimate(person.frames, some, person.appearance, shown)
            told = told.each(Tensor.contiguous)  # here, where nobody waits for it
            nows = [slice(number, number + 1) for number in range(len(some))]
            yield [told.each(lambda tensor, now=now: tensor[now]) for now in nows]

    def scale_pose(self, pose: np.ndarray, height: int, width: int) -> np.ndarray:
        """Bring poses (T, 18, 3) in pixels of a height x width frame to the model's frames."""
        return scale_pose(pose, self.size[1] / width, self.size[0] / height)


def watched(
    frames: Iterable[np.ndarray], person: Person, pose: np.ndarray, meter: ColorMeter
) -> Iterator[np.ndarray]:
    """Pass frames on, and measure the garments' colours in every so many of them.

    Args:
        frames: uint8 (H, W, 3), one for each pose.
        person: who is shown.
        pose: (T, 18, 3), as for `Predictor.generate`.
        meter: notes the colours.
    """
    poses = torch.from_numpy(pose)
    for number, frame in enumerate(frames):
        if number % WATCHED_EVERY == 0:
            now = poses[number : number + 1]
            picture = torch.from_numpy(frame).permute(2, 0, 1)[None] / 127.5 - 1
            meter.note(picture, person.garments(now, person.chosen(now)))
        yield frame


def _for_each(clothes: Clothes, length: int) -> Clothes:
    """Return clothes with a code, and colours if there are any, for each of so many frames."""
    tensors = []
    for tensor in (clothes.code, clothes.colors):
        if tensor is not None and tensor.ndim == 1:
            tensor = tensor.expand(length, -1)
        if tensor is not None and len(tensor) != length:
            raise ValueError(f"{length} poses need as many codes and colours, got {len(tensor)}")
        tensors.append(tensor)
    return Clothes(*tensors)

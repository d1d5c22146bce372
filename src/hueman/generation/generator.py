"""hueman from Python: a model, a person, movements and colours to frames."""

import re
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from huggingface_hub import ModelHubMixin, hf_hub_download
from torch import Tensor

from hueman.box import boxed_model
from hueman.errors import HuemanError
from hueman.generation.colors import ColorMeter, MetRequest, Request, measured_for
from hueman.generation.content import Content, Crop, read_content
from hueman.generation.driving import driving_poses
from hueman.generation.person import Clothes, Person
from hueman.generation.predictor import Predictor, watched
from hueman.generation.retarget import retarget
from hueman.overlap import ahead
from hueman.preparation.settings import PerceptionSettings
from hueman.training.frames import Frames
from hueman.training.model import VideoModel, load_model, save_model
from hueman.training.model_file import MODEL_FILE, file_of

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
"""Of a model on the hub; whatever exists here under that name is taken first."""
HUB_OPTIONS = ("revision", "cache_dir", "force_download", "local_files_only", "token")
"""What `from_pretrained` passes on to the hub."""


class HumanVideoGenerator(
    ModelHubMixin,
    library_name="hueman",
    pipeline_tag="image-to-video",
    license="apache-2.0",
    tags=["human-video-generation", "pose-transfer", "recoloring"],
):
    """Shows a person doing any action in clothes of any colour.

        generator = HumanVideoGenerator.from_pretrained()        # the model in the box
        generator.set_content("anna.jpg")
        frames = generator.generate("dance.mp4", upper="teal", lower="#c0392b")

    Models are kept and shared as other models of the hub are: `from_pretrained`,
    `save_pretrained(folder)`, `push_to_hub("name/model")`.

    Args:
        model: a trained model.
        device: "auto", "cpu" or "cuda".
        notes: on its training, kept in its file.
        precision: "auto", "fp32" or "bf16", see `choose_precision`.
        steady: whether videos are steadied, see `hueman.generation.steadying`.
        engine: what makes the frames, see `choose_engine`.
        file: that the model was read from, if any; an exported graph may be beside it.
    """

    def __init__(
        self,
        model: VideoModel,
        device: str = "auto",
        notes: dict[str, Any] | None = None,
        precision: str = "auto",
        steady: bool = True,
        engine: str = "auto",
        file: Path | None = None,
    ):
        self.predictor = Predictor(model, device, precision, steady, engine, file)
        self.notes = notes or {}
        self.met: tuple[MetRequest, ...] = ()
        """What came of the colours that were asked for, in the last video that was finished."""
        self._content: Content | None = None
        self._person: Person | None = None

    @classmethod
    def from_pretrained(  # type: ignore[override]
        cls,
        source: Path | str | None = None,
        *,
        device: str = "auto",
        precision: str = "auto",
        steady: bool = True,
        engine: str = "auto",
        **hub: Any,
    ) -> Self:
        """Load a model.

        Args:
            source: a model's file, the folder of a training run, or a name on the Hugging Face hub
                ("name/model"); by default the model in the box.
            device: "auto", "cpu" or "cuda".
            precision: "auto", "fp32" or "bf16", see `choose_precision`.
            steady: whether videos are steadied, see `hueman.generation.steadying`.
            engine: "auto", "torch" or "openvino", see `choose_engine`.
            hub: `revision`, `token` and the like, for the hub.

        Raises:
            HuemanError: there is no such model, or it is damaged.
        """
        path = boxed_model() if source is None else Path(source)
        if path.exists() or not HUB_NAME.fullmatch(str(source)):
            model, notes = load_model(path)
            return cls(model, device, notes, precision, steady, engine, file_of(path))
        options = {"device": device, "precision": precision, "steady": steady, "engine": engine}
        return super().from_pretrained(str(source), **options, **hub)

    @classmethod
    def _from_pretrained(
        cls,
        *,
        model_id: str,
        device: str = "auto",
        precision: str = "auto",
        steady: bool = True,
        engine: str = "auto",
        **hub: Any,
    ) -> Self:
        """Load a model from the hub, for the mixin."""
        chosen = {key: hub[key] for key in HUB_OPTIONS if key in hub}
        try:
            file = hf_hub_download(model_id, MODEL_FILE, **chosen)
        except (OSError, ValueError) as error:
            raise HuemanError(
                f"There is no model at {model_id}, neither here nor on the hub "
                f"({str(error).splitlines()[0]}); check its name."
            ) from error
        model, notes = load_model(file)
        return cls(model, device, notes, precision, steady, engine, Path(file))

    def _save_pretrained(self, save_directory: Path) -> None:
        """Write the model's file, for the mixin, which writes a card beside it."""
        save_model(self.predictor.model, save_directory / MODEL_FILE, self.notes)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the frames it makes, in pixels."""
        return self.predictor.size

    def set_content(
        self,
        content: Path | str | np.ndarray,
        crop: Crop = "centre",
        count: int | None = None,
        perception: PerceptionSettings | None = None,
    ) -> Self:
        """Choose the person to be shown.

        Args:
            content: a picture, a video, a prepared clip (.h5), or frames uint8 (T, H, W, 3) or
                (H, W, 3), RGB. The person begins where the first frame shows them.
            crop: what to keep of the frames: their middle ("centre"), or the surroundings of the
                person ("person").
            count: how many of the frames may show the person, see `Predictor.content_count`.
            perception: how people are seen.

        Raises:
            HuemanError: the content cannot be used, or shows nobody.
        """
        source = content if isinstance(content, np.ndarray) else Path(content)
        count = self.predictor.content_count(count)
        self._content = read_content(source, self.size, crop, perception, count)
        self._person = self.predictor.person(Frames.of(self._content.clip, *self.size))
        return self

    @property
    def person(self) -> Person:
        """The person to be shown.

        Raises:
            HuemanError: none has been chosen.
        """
        if self._person is None:
            raise HuemanError("Nobody is chosen yet; call set_content(...) first.")
        return self._person

    def own_movement(self) -> tuple[np.ndarray, float]:
        """Return the poses (T, 18, 3) of the content itself, and its frames a second."""
        content = self._chosen_content()
        return content.pose, content.clip.fps

    def _chosen_content(self) -> Content:
        if self._content is None:
            raise HuemanError("Nobody is chosen yet; call set_content(...) first.")
        return self._content

    def poses(self, drive: Path | str | np.ndarray) -> np.ndarray:
        """Bring a movement to the body and the place of the person.

        Args:
            drive: as `driving_poses` takes it, or poses (T, 18, 3), x and y in pixels of any
                frame, confidence 0..1.

        Returns:
            float32 (T, 18, 3) in pixels of the model's frames.

        Raises:
            HuemanError: it cannot be used, or nobody is chosen yet.
        """
        content = self._chosen_content()
        poses = drive if isinstance(drive, np.ndarray) else driving_poses(drive)[0]
        height, width = content.clip.frames.shape[1:3]
        return self.predictor.scale_pose(retarget(poses, content.pose), height, width)

    def stream(
        self,
        drive: Path | str | np.ndarray,
        upper: str | None = None,
        lower: str | None = None,
        clothes: Clothes | Tensor | None = None,
    ) -> Generator[np.ndarray, None, None]:
        """Make a video frame by frame, of any length in the same memory.

        The next frames are made in other threads while one is used.

        Args:
            drive: the movement, see `poses`.
            upper: colour of the upper garment: "#c0392b", a CSS name, or "lab(50, 40, 20)"; None
                keeps its own.
            lower: colour of the lower garment.
            clothes: instead of colours, or codes: (up + down,), or one for each frame,
                (T, up + down).

        Returns:
            An iterator over uint8 (H, W, 3), RGB. What came of the colours is in `met` at its end;
            `close` ends it early.

        Raises:
            HuemanError: a colour or the movement cannot be used, or nobody is chosen yet.
        """
        return self.stream_poses(self.poses(drive), upper, lower, clothes)

    def stream_poses(
        self,
        pose: np.ndarray,
        upper: str | None = None,
        lower: str | None = None,
        clothes: Clothes | Tensor | None = None,
    ) -> Generator[np.ndarray, None, None]:
        """Make a video as `stream` does, of a movement that `poses` has brought to the person."""
        person = self.person
        requests = self.predictor.requests(person, upper, lower)
        if clothes is None:
            clothes = self.predictor.dress(person, pose, requests)
        elif requests:
            raise HuemanError("Colours and clothes were given; give the one or the other.")
        elif isinstance(clothes, Tensor):
            clothes = Clothes(clothes)
        return self._made(person, pose, clothes, requests)

    def _made(
        self, person: Person, pose: np.ndarray, clothes: Clothes, requests: list[Request]
    ) -> Generator[np.ndarray, None, None]:
        meter = ColorMeter()
        with closing(ahead(self.predictor.generate(person, pose, clothes))) as frames:
            # What nobody asked for is not measured.
            yield from watched(frames, person, pose, meter) if requests else frames
        lightness = self.predictor.lightness
        self.met = tuple(
            MetRequest(each, measured_for(each, meter.means, lightness)) for each in requests
        )

    def generate(
        self,
        drive: Path | str | np.ndarray,
        upper: str | None = None,
        lower: str | None = None,
        clothes: Clothes | Tensor | None = None,
    ) -> np.ndarray:
        """Make a whole video; see `stream`.

        Returns:
            uint8 (T, H, W, 3), RGB.
        """
        return np.stack(list(self.stream(drive, upper, lower, clothes)))

    def clothes(self, upper: str | None = None, lower: str | None = None) -> Clothes:
        """Return the person's clothes in given colours: a code, (up + down,), and the colours."""
        requests = self.predictor.requests(self.person, upper, lower)
        wanted = {each.garment: each.wanted for each in requests}
        return self.predictor.clothes(self.person, wanted.get("upper"), wanted.get("lower"))

    def sample(self, count: int, seed: int = 0) -> Tensor:
        """Draw codes of clothes as they occurred in training, (count, up + down)."""
        random = torch.Generator().manual_seed(seed)
        return self.predictor.model.code_distribution.sample(count, random)

"""shards.json: which shards a folder holds, and which sample of each is what.

The index says everything that planning needs, so no shard is read before a batch wants it. It may
come from elsewhere, so its names cannot lead out of its folder and its sizes are bounded.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from hueman.clips.split import DatasetSplit
from hueman.clips.store import HIGHEST_FPS, check_name
from hueman.errors import HuemanError
from hueman.stage_config import STRICT

INDEX_FILE = "shards.json"
MAX_INDEX_BYTES = 2**30
"""A million clips need a third of it."""
MAX_SHARD_BYTES = 2**32
"""Shards are read whole."""
MAX_SAMPLE_BYTES = 2**30
"""Of a sample's arrays."""
SHARD_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.tar$"

Coordinate = Annotated[float, Field(ge=-200, le=200)]
Lab = tuple[Coordinate, Coordinate, Coordinate]
Side = Annotated[int, Field(gt=0, le=2**14)]


@dataclass(config=STRICT, kw_only=True)
class Sample:
    """Consecutive frames of a clip: all of it, or a run of a long one."""

    key: str = Field(pattern=r"^\d{9}$")
    """Of its members in the tar file."""
    actor: str
    action: str
    fps: float = Field(gt=0, le=HIGHEST_FPS)
    start: int = Field(ge=0, le=2**40)
    """Number of its first frame in the clip."""
    length: int = Field(gt=0, le=2**20)
    """Frames."""
    own: int = Field(gt=0)
    """How many of them, from the first, are its own. The last frame of a run is the first of the
    next run too, so that no pair of frames is lost; it counts there."""
    height: Side
    width: Side
    upper_color: Lab
    """Mean Lab of the upper garment over the whole clip."""
    lower_color: Lab

    @model_validator(mode="after")
    def _fits(self) -> "Sample":
        check_name(self.actor)
        check_name(self.action)
        if not self.length - 1 <= self.own <= self.length:
            raise ValueError(f"{self.own} of {self.length} frames cannot be a sample's own")
        if sample_bytes(self.length, self.height, self.width) > MAX_SAMPLE_BYTES:
            raise ValueError(
                f"a sample of {self.length} frames of {self.height}x{self.width} is larger than "
                f"{MAX_SAMPLE_BYTES} bytes"
            )
        return self


@dataclass(config=STRICT, kw_only=True)
class Shard:
    """One tar file."""

    file: str = Field(pattern=SHARD_NAME)
    """Its name, in the folder of the index."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(gt=0, le=MAX_SHARD_BYTES)
    count: int
    """Samples."""
    samples: tuple[Sample, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_counted(self) -> "Shard":
        if self.count != len(self.samples):
            raise ValueError(f"{self.count} samples are {len(self.samples)}")
        return self


@dataclass(config=STRICT, kw_only=True)
class ShardIndex:
    """All shards of a dataset, and how they were made."""

    format: Literal[1] = 1
    dataset: str
    """Its name."""
    frames: int
    """The most in a sample."""
    megabytes: float
    """About so large is a shard."""
    seed: int
    """Of the order of samples."""
    split: DatasetSplit | None
    """The dataset's own."""
    shards: tuple[Shard, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> "ShardIndex":
        if len({shard.file for shard in self.shards}) < len(self.shards):
            raise ValueError("a shard is named twice")
        keys = [sample.key for shard in self.shards for sample in shard.samples]
        if len(set(keys)) < len(keys):
            raise ValueError("a sample is named twice")
        return self


def sample_bytes(length: int, height: int, width: int) -> int:
    """Return the bytes of a sample in memory: eight a pixel, and 18 joints a frame."""
    return length * (8 * height * width + 18 * 3 * 4)


def dump_index(index: ShardIndex) -> bytes:
    """Return the content of shards.json."""
    return TypeAdapter(ShardIndex).dump_json(index, indent=1) + b"\n"


def parse_index(content: bytes, origin: str) -> ShardIndex:
    """Read the content of shards.json.

    Raises:
        HuemanError: it is damaged, of another format, or asks for too much; `origin` is named.
    """
    try:
        return TypeAdapter(ShardIndex).validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(each) for each in first["loc"]) or "the file"
        raise HuemanError(
            f"{origin} cannot be read ({where}: {first['msg']}); fetch it again, or write the "
            "shards anew with 'hueman shard'."
        ) from error

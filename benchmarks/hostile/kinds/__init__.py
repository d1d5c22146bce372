"""All kinds of files that hueman reads from a user."""

from .clips import CLIPS
from .datasets import INDEXES, MANIFESTS, SPLITS
from .exports import EXPORTS
from .models import CHECKPOINTS, MODELS
from .motion_capture import MOTION_CAPTURE
from .palettes import PALETTES
from .pictures import PICTURES
from .poses import ARCHIVES, OPENPOSE
from .published import ARRAYS, PACKAGES, WEIGHTS
from .runs import LOGS, RESULTS
from .settings import CHANGES, OF_RUNS, PRESETS
from .shard_indexes import INDEXES as INDEXES_OF_SHARDS
from .shards import SHARDS
from .videos import VIDEOS

KINDS = (
    *(VIDEOS, PICTURES, OPENPOSE, ARCHIVES, MOTION_CAPTURE, CLIPS),
    *(MANIFESTS, INDEXES, SPLITS, INDEXES_OF_SHARDS, SHARDS, PALETTES, PRESETS, CHANGES),
    *(MODELS, CHECKPOINTS, EXPORTS, RESULTS, OF_RUNS, LOGS),
    *(ARRAYS, WEIGHTS, PACKAGES),
)

"""What tests of shards share."""

from hueman.clips.store import PreparedClip
from hueman.shards.store import Shards


def read_all(shards: Shards) -> dict[str, PreparedClip]:
    """Read every sample of every shard, by key."""
    keys = {sample.key for sample in shards.entries}
    return {
        sample.key: clip for shard in shards.shards for sample, clip in shards.read(shard, keys)
    }

"""Names of random actors: random-0001 and so on."""

import re

NAME = re.compile(r"random-\d{4,}")


def random_names(count: int) -> tuple[str, ...]:
    """Return the names of the first `count` random actors."""
    return tuple(f"random-{number:04d}" for number in range(1, count + 1))


def is_random(name: str) -> bool:
    """Say whether this is the name of a random actor."""
    return NAME.fullmatch(name) is not None

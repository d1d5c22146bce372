"""Actors and actions by name."""

from collections.abc import Sequence

from hueman.choreography.random_names import is_random
from hueman.choreography.requirements import require_numba
from hueman.errors import HuemanError


def known_actors() -> list[str]:
    """Return the names of all actors, in their order.

    Raises:
        HuemanError: numba is missing.
    """
    require_numba()
    from hueman.choreography.cast import CAST

    return list(CAST)


def known_actions() -> list[str]:
    """Return the names of all actions, in their order.

    Raises:
        HuemanError: numba is missing.
    """
    require_numba()
    from hueman.choreography.actions import ACTIONS

    return list(ACTIONS)


def choose(wanted: str, known: Sequence[str], kind: str) -> tuple[str, ...]:
    """Choose names by a text.

    Args:
        wanted: "all", a number (the first so many), or names with commas between them.
        known: all names.
        kind: what they are, for messages: "actors".

    Raises:
        HuemanError: a name is unknown, or the number is 0 or larger than there are names.
    """
    if wanted == "all":
        return tuple(known)
    if wanted.isdecimal():
        if not 1 <= int(wanted) <= len(known):
            raise HuemanError(f"{kind} is {wanted}; choose 1 to {len(known)}, or names.")
        return tuple(known[: int(wanted)])
    names = tuple(dict.fromkeys(name.strip() for name in wanted.split(",")))
    check_known(names, known, kind)
    return names


def check_actors(names: Sequence[str]) -> None:
    """Refuse, by HuemanError, actors that are neither of the cast nor random ones."""
    check_known([name for name in names if not is_random(name)], known_actors(), "actors")


def check_known(names: Sequence[str], known: Sequence[str], kind: str) -> None:
    """Refuse, by HuemanError, names that are not known."""
    unknown = [repr(name) for name in names if name not in known]
    if unknown:
        raise HuemanError(
            f"There are no {kind} called {', '.join(unknown)}; choose from {', '.join(known)}."
        )

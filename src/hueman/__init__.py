"""hueman: people doing any action in clothes of any colour."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hueman.generation.generator import HumanVideoGenerator

__version__ = "0.1.0"
__all__ = ["HumanVideoGenerator"]


def __getattr__(name: str) -> Any:
    # Imported when it is asked for: it needs torch, which the command line's help does not.
    if name == "HumanVideoGenerator":
        from hueman.generation.generator import HumanVideoGenerator

        return HumanVideoGenerator
    raise AttributeError(f"module 'hueman' has no attribute {name!r}")

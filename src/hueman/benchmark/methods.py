"""The methods that a benchmark compares: one configuration each, and no code of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from hueman.config import TrainingConfig, load_config
from hueman.errors import HuemanError


@dataclass(frozen=True)
class Method:
    """A row of the table."""

    name: str
    title: str
    overrides: tuple[str, ...] = ()
    """Settings in which it differs from the benchmark's preset."""


PROPOSED = Method("proposed", "proposed")
COMPARED = (
    Method("deformable_gan", "Deformable GAN", ("method=deformable_gan",)),
    Method("appearance", "with the appearance path", ("stage_two.appearance=true",)),
    Method("end_to_end", "end-to-end", ("method=end_to_end",)),
    Method("no_augmentation", "no colour augmentation", ("color_augmentation=false",)),
    Method("unet", "U-Net generator", ("stage_two.generator.network=unet",)),
    Method("pixel_norm", "normalised at each place", ("stage_two.generator.normalization=pixel",)),
    Method("no_previous_frame", "no previous frame", ("stage_two.generator.previous_frame=false",)),
    Method(
        "bicycle_regression",
        "BicycleGAN's latent regression",
        ("stage_one.latent_regression=random",),
    ),
)
RESTORED = Method("restored", "with restoration", ("stage_two.restore=true",))
UNRESTORED = Method("unrestored", "no restoration", ("stage_two.restore=false",))


def methods_of(preset: str, overrides: Sequence[str]) -> dict[str, Method]:
    """Return all methods of a benchmark by name, the proposed one first.

    The ablation of the restoration network is "restored" or "unrestored", whichever the preset's
    own way is not.
    """
    restored = load_config(preset, overrides).stage_two.restore
    other = UNRESTORED if restored else RESTORED
    return {each.name: each for each in (PROPOSED, *COMPARED, other)}


def choose_methods(methods: dict[str, Method], only: Sequence[str]) -> list[Method]:
    """Return the methods of these names, all if none is named; the proposed one always.

    Raises:
        HuemanError: a name is unknown.
    """
    unknown = [name for name in only if name not in methods]
    if unknown:
        raise HuemanError(f"There is no method '{unknown[0]}'; there are {', '.join(methods)}.")
    return [
        method for name, method in methods.items() if not only or name in (*only, PROPOSED.name)
    ]


def config_of(method: Method, preset: str, overrides: Sequence[str]) -> TrainingConfig:
    """Return a method's settings; a restoration network that it does not use is not trained.

    Raises:
        HuemanError: an override names no setting, or a value is wrong.
    """
    chosen = [*overrides, *method.overrides]
    config = load_config(preset, chosen)
    if config.stage_two.restore and config.method != "deformable_gan":
        return config
    return load_config(preset, [*chosen, "restoration=null", "stage_two.restore=false"])

"""Benchmarks by name: what is rendered, what is trained on it, how far it is measured."""

from dataclasses import dataclass

from hueman.errors import HuemanError


@dataclass(frozen=True)
class Suite:
    """A benchmark that anybody can run."""

    render_preset: str
    """Of `hueman render`."""
    training_preset: str
    """Of `hueman train`."""
    overrides: tuple[str, ...] = ()
    """Changes to the training preset, of all methods."""
    codes: int = 2000
    """Frames encoded for the latent space."""
    about: str = ""


SUITES = {
    "choreo-tiny": Suite(
        "tiny",
        "choreo-small",
        (
            "stage_one.schedule.steps=4",
            "stage_one.schedule.batch_size=2",
            "stage_one.generator_channels=4",
            "stage_one.encoder.channels=8",
            "restoration.schedule.steps=4",
            "restoration.schedule.batch_size=2",
            "restoration.channels=4",
            "restoration.residual_blocks=1",
            "stage_two.schedule.steps=4",
            "stage_two.generator.channels=4",
            "stage_two.generator.residual_blocks=1",
            "deformable_gan.schedule.steps=4",
            "deformable_gan.schedule.batch_size=2",
            "deformable_gan.channels=4",
        ),
        codes=60,
        about="shows in minutes that everything works; its numbers mean nothing",
    ),
    "choreo-small": Suite(
        "small",
        "choreo-small",
        about="3 actors x 6 actions are trained on, 2 actions are judged, 96x64; for two CPU cores",
    ),
    "choreo-paper": Suite(
        "paper",
        "paper",
        codes=7000,
        about="the paper's sizes: 10 actors x 10 actions are trained on, 6 actions are judged, "
        "384x256; for GPUs, and days",
    ),
}


def find_suite(name: str) -> Suite:
    """Return a benchmark by its name.

    Raises:
        HuemanError: there is none of this name.
    """
    if name not in SUITES:
        raise HuemanError(f"There is no benchmark '{name}'; there are {', '.join(SUITES)}.")
    return SUITES[name]

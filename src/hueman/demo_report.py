"""The page that the demonstration writes: what was trained, made and measured, in plain words."""

from pathlib import Path
from typing import Any

from hueman.config import TrainingConfig
from hueman.evaluation.report import Figure, Section, Table, write_report


def write_demo_report(
    path: Path,
    result: dict[str, Any],
    config: TrainingConfig,
    figures: dict[str, list[Figure]],
    recolored: list[Figure],
) -> None:
    """Write the page; it refers to the pictures and videos beside it.

    Args:
        path: the HTML file.
        result: what metrics.json holds.
        config: of the training.
        figures: "videos", "sheets" and "interpolation", generated.
        recolored: videos of `hueman recolor`.
    """
    enlarged = result["enlarged"]
    quality, seconds, notes = result["quality"], result["seconds"], result["training"]
    stage_one, stage_two = notes["stage_one"], notes["stage_two"]
    minutes = sum(seconds.values()) / 60
    measured = quality["model"]
    rows = [
        ("generated", "model"),
        ("first frame, copied", "copy"),
        ("first frame, warped", "warp"),
    ]
    similarity = Table(
        ["", "MS-SSIM", "LPIPS"],
        [
            (title, f"{quality[name]['ms_ssim']:.3f}", f"{quality[name]['lpips']:.3f}")
            for title, name in rows
        ],
        best=["", "highest", "lowest"],
    )
    color = Table(
        ["CIEDE2000", "measured"],
        [
            (name, f"{measured[key]:.1f}")
            for name, key in (
                ("upper garment, error against the colour asked for", "color_error_upper"),
                ("lower garment, error against the colour asked for", "color_error_lower"),
                ("upper garment, had nothing changed", "color_error_unchanged_upper"),
                ("change of the lower garment when the upper is recoloured", "leak_upper_to_lower"),
                ("change of the upper garment when the lower is recoloured", "leak_lower_to_upper"),
                ("change of skin, hair and shoes", "leak_skin"),
                ("change of the background", "leak_background"),
            )
        ],
    )
    encoder_minutes = max(stage["seconds"] for stage in stage_one.values()) / 60
    trained = (
        f"A generator of {config.height}x{config.width} pixels was trained for "
        f"{stage_two['updates']} updates in {stage_two['seconds'] / 60:.1f} minutes, its two "
        f"colour encoders for {stage_one['upper']['updates']} updates each in "
        f"{encoder_minutes:.1f} minutes, on {len(notes['train_clips'])} clips. It is tiny: this "
        "shows that every stage works, not how good the method can get."
    )
    write_report(
        path,
        "hueman: the demonstration",
        f"This run took {minutes:.1f} minutes on {result['machine']['cores']} CPU cores.",
        [
            Section("What was trained", [trained], [_seconds_table(seconds)]),
            Section(
                "An action they did not do, in clothes they did not wear",
                [
                    "From left to right: the only frame the model is shown of the person, the "
                    "clip that drives, and the generated videos in two outfits, enlarged "
                    f"{enlarged} times.",
                ],
                videos=figures["videos"],
                pictures=figures["sheets"],
            ),
            Section(
                "From one outfit to another",
                [
                    "As in the paper's Fig. 4: a straight line through the latent colour space, "
                    "between two outfits and between two codes drawn from the Gaussian fitted to "
                    "the training codes."
                ],
                videos=[Figure("videos/interpolation.mp4", "The same as a video.")],
                pictures=figures["interpolation"],
            ),
            Section(
                "How close to the real frames",
                [
                    f"On {measured['clips']} clips of actions that were not trained on, from the "
                    "first frame alone, background masked out (paper, section 4.3)."
                ],
                [similarity],
            ),
            Section(
                "Does the colour follow, and does anything else change",
                [
                    f"A linear map reads the upper garment's (a, b) from its code with R2 "
                    f"{stage_one['upper']['r2']:.2f}, the lower one's with "
                    f"{stage_one['lower']['r2']:.2f}."
                ],
                [color],
            ),
            Section(
                "The same tool without a generator",
                ["`hueman recolor` gives a clip's own garments another colour at full size."],
                videos=recolored,
            ),
        ],
        embed=False,
    )


def _seconds_table(seconds: dict[str, float]) -> Table:
    return Table(["step", "seconds"], [(name, f"{value:.0f}") for name, value in seconds.items()])

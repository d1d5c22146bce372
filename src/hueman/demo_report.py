"""The page that the demonstration writes: what was made and measured, in plain words."""

from pathlib import Path
from typing import Any

from hueman.evaluation.report import Figure, Section, Table, write_report


def write_demo_report(path: Path, result: dict[str, Any], figures: dict[str, list[Figure]]) -> None:
    """Write the page; it refers to the pictures and videos beside it.

    Args:
        path: the HTML file.
        result: what metrics.json holds.
        figures: "videos", "sheets", "interpolation" and "colorways", generated, and "recolored",
            videos of `hueman recolor`.
    """
    quality, seconds = result["quality"], result["seconds"]
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
    write_report(
        path,
        "hueman: the demonstration",
        f"This run took {minutes:.1f} minutes on {result['machine']['cores']} CPU cores.",
        [
            Section("What makes the videos", [_model_in_words(result)], [_seconds_table(seconds)]),
            Section(
                "An action they did not do, in clothes they did not wear",
                [
                    "From left to right: the only frame the model is shown of the person, the "
                    "clip that drives, and the generated videos in two outfits.",
                ],
                videos=figures["videos"],
                pictures=figures["sheets"],
            ),
            Section(
                "A shirt in every colour",
                ["`hueman colorways` makes a video for each colour of a palette."],
                videos=[Figure("colorways/side-by-side.mp4", "All of them at once.")],
                pictures=figures["colorways"],
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
                    f"On the first {measured['frames']} frames of {measured['clips']} clips that "
                    "were not trained on, from the first frame alone, background masked out "
                    "(paper, section 4.3)."
                ],
                [similarity],
            ),
            Section(
                "Does the colour follow, and does anything else change",
                ["Asked for by the clothes' codes alone, by the protocol of `hueman evaluate`."],
                [color],
            ),
            Section(
                "The same tool without a generator",
                ["`hueman recolor` gives a clip's own garments another colour at full size."],
                videos=figures["recolored"],
            ),
        ],
        embed=False,
    )


def _seconds_table(seconds: dict[str, float]) -> Table:
    return Table(["step", "seconds"], [(name, f"{value:.0f}") for name, value in seconds.items()])


def _model_in_words(result: dict[str, Any]) -> str:
    height, width = result["size"]
    if result["boxed"]:
        return (
            f"The model that comes with hueman, of {height}x{width} pixels. It was trained on "
            "rendered people, and has seen none of those below."
        )
    notes = result["training"]
    stage_one, stage_two = notes["stage_one"], notes["stage_two"]
    encoder_minutes = max(stage["seconds"] for stage in stage_one.values()) / 60
    return (
        f"A generator of {height}x{width} pixels, trained for {stage_two['updates']} updates in "
        f"{stage_two['seconds'] / 60:.1f} minutes, and its two colour encoders, trained for "
        f"{stage_one['upper']['updates']} updates each in {encoder_minutes:.1f} minutes, on "
        f"{len(notes['train_clips'])} clips. It is tiny: this shows that every stage works, not "
        "how good the method can get."
    )

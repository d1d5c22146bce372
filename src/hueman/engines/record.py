"""What is kept beside an exported graph: of which model it is, its inputs, how exact it is."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hueman.errors import HuemanError
from hueman.files import file_sha256, read_json

RECORD_FILE = "export.json"


@dataclass(frozen=True)
class ExportRecord:
    """Of one exported graph."""

    file: str
    """The graph's."""
    model_sha256: str
    """Of the model's file that it was exported from."""
    inputs: dict[str, list[int]]
    """Shape of each input but for the number of frames, which comes first; all are float32."""
    eight_bits: bool
    mean_difference: float
    """Of the frames from torch's, in levels of 8 bits."""
    largest_difference: float

    def write(self, folder: Path) -> None:
        """Write it into the graph's folder."""
        text = json.dumps({"hueman_export": 1, **asdict(self)}, indent=2)
        (folder / RECORD_FILE).write_text(text + "\n", "utf-8")


def read_record(file: Path) -> ExportRecord:
    """Read the record of the graph beside a model.

    Raises:
        HuemanError: there is none that can be read, or the graph was exported from another model.
    """
    path = file.parent / RECORD_FILE
    try:
        content = read_json(path)
        record = ExportRecord(**{name: content[name] for name in ExportRecord.__annotations__})
        if not isinstance(record.inputs, dict) or not isinstance(record.eight_bits, bool):
            raise TypeError("its inputs or eight_bits are of another type")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HuemanError(
            f"{path} does not say which model the graph beside it is of; export the model again, "
            "or choose the engine torch."
        ) from error
    if record.model_sha256 != file_sha256(file):
        raise HuemanError(
            f"The graph in {file.parent} was exported from another model than {file.name}; export "
            "the model again, or choose the engine torch."
        )
    return record

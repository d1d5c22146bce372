"""What a .tflite file says of itself: the metadata that MediaPipe goes by.

The layouts are those of TensorFlow Lite's `schema.fbs` and MediaPipe's `metadata_schema.fbs`.
"""

from pathlib import Path

import numpy as np
from flatbuffers import encode
from flatbuffers.number_types import Float32Flags, Int8Flags, Uint8Flags, Uint32Flags, UOffsetTFlags
from flatbuffers.table import Table

# Numbers of fields in their tables: of a model,
_BUFFERS, _METADATA = 4, 6
# of an entry of its metadata, and of a buffer,
_NAME, _BUFFER = 0, 1
_DATA = 0
# of the metadata in that buffer: of the whole, a subgraph, a tensor, a process unit,
_SUBGRAPHS = 3
_INPUT_TENSORS = 2
_PROCESS_UNITS = 4
_OPTIONS_TYPE, _OPTIONS = 0, 1
# and of its options, if they are of this type.
_NORMALIZATION = 1
_MEAN, _DEVIATION = 0, 1


def input_normalization(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return what values the first input of a network wants.

    Args:
        path: a sound .tflite file.

    Returns:
        Mean and deviation, float32 (1,) or (3,) each, by which (value - mean) / deviation brings
        a picture's values 0..255 to the network's; None if the file does not say.
    """
    model = _root(path.read_bytes())
    buffers = _tables(model, _BUFFERS)
    for entry in _tables(model, _METADATA):
        if entry.String(entry.Pos + entry.Offset(_slot(_NAME))) == b"TFLITE_METADATA":
            buffer = buffers[entry.GetSlot(_slot(_BUFFER), 0, Uint32Flags)]
            return _normalization(_root(_numbers(buffer, _DATA, Uint8Flags).tobytes()))
    return None


def _normalization(metadata: Table) -> tuple[np.ndarray, np.ndarray] | None:
    for subgraph in _tables(metadata, _SUBGRAPHS)[:1]:
        for tensor in _tables(subgraph, _INPUT_TENSORS)[:1]:
            for unit in _tables(tensor, _PROCESS_UNITS):
                if unit.GetSlot(_slot(_OPTIONS_TYPE), 0, Int8Flags) == _NORMALIZATION:
                    place = unit.Pos + unit.Offset(_slot(_OPTIONS))
                    options = Table(unit.Bytes, unit.Indirect(place))
                    mean, deviation = (
                        _numbers(options, field, Float32Flags) for field in (_MEAN, _DEVIATION)
                    )
                    return mean, deviation
    return None


def _slot(field: int) -> int:
    """Place of a field in the list of fields that each table has."""
    return 4 + 2 * field


def _root(data: bytes) -> Table:
    return Table(data, encode.Get(UOffsetTFlags.packer_type, data, 0))


def _tables(parent: Table, field: int) -> list[Table]:
    """Return the tables in a field that is a list of them; none if it is left out."""
    offset = parent.Offset(_slot(field))
    if not offset:
        return []
    start, size = parent.Vector(offset), UOffsetTFlags.bytewidth
    places = range(start, start + size * parent.VectorLen(offset), size)
    return [Table(parent.Bytes, parent.Indirect(place)) for place in places]


def _numbers(parent: Table, field: int, kind: type) -> np.ndarray:
    return parent.GetVectorAsNumpy(kind, parent.Offset(_slot(field)))

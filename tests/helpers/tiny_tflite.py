"""A small .tflite file of the form of MediaPipe's multiclass segmenter: one 1x1 convolution."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from hueman.weights.catalogue import WEIGHTS

NORMALIZATION, SCORE_THRESHOLDING = 1, 3


def give_weights(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let a file stand for the published segmenter, found where users put what they downloaded."""
    entry, content = WEIGHTS["selfie-multiclass"], path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    known = replace(entry, file=path.name, size=len(content), sha256=sha256)
    monkeypatch.setitem(WEIGHTS, "selfie-multiclass", known)
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(path.parent))


def write_network(
    path: Path,
    kernel: np.ndarray,
    bias: np.ndarray,
    normalization: tuple[Sequence[float], Sequence[float]] | None = None,
    size: int = 256,
) -> Path:
    """Write the network x -> kernel x + bias of every pixel.

    Args:
        path: the file.
        kernel: (classes, 3).
        bias: (classes,).
        normalization: mean and deviation that its metadata shall state, of no metadata if None.
        size: side of its input and output.
    """
    model = schema.ModelT()
    model.version = 3
    model.buffers = [_buffer(b""), _buffer(_floats(kernel)), _buffer(_floats(bias))]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CONV_2D
    model.operatorCodes = [code]
    model.subgraphs = [_graph(len(kernel), size)]
    model.metadata = [_entry("min_runtime_version", 0)]
    if normalization:
        model.buffers.append(_buffer(_metadata(*normalization)))
        model.metadata.append(_entry("TFLITE_METADATA", len(model.buffers) - 1))
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(builder.Output())
    return path


def _graph(classes: int, size: int) -> schema.SubGraphT:
    shapes = [(1, size, size, 3), (classes, 1, 1, 3), (classes,), (1, size, size, classes)]
    convolve = schema.OperatorT()
    convolve.inputs, convolve.outputs = [0, 1, 2], [3]
    convolve.builtinOptionsType = schema.BuiltinOptions.Conv2DOptions
    convolve.builtinOptions = schema.Conv2DOptionsT()
    convolve.builtinOptions.strideW = convolve.builtinOptions.strideH = 1
    graph = schema.SubGraphT()
    graph.tensors = [
        _tensor(shape, buffer) for shape, buffer in zip(shapes, (0, 1, 2, 0), strict=True)
    ]
    graph.inputs, graph.outputs, graph.operators = [0], [3], [convolve]
    return graph


def _tensor(shape: tuple[int, ...], buffer: int) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.shape, tensor.buffer, tensor.name = list(shape), buffer, f"tensor_{shape}"
    return tensor


def _buffer(data: bytes) -> schema.BufferT:
    buffer = schema.BufferT()
    buffer.data = list(data)
    return buffer


def _entry(name: str, buffer: int) -> schema.MetadataT:
    entry = schema.MetadataT()
    entry.name, entry.buffer = name, buffer
    return entry


def _floats(array: np.ndarray) -> bytes:
    return np.ascontiguousarray(array, np.float32).tobytes()


def _metadata(mean: Sequence[float], deviation: Sequence[float]) -> bytes:
    """MediaPipe's ModelMetadata, of a network with one input."""
    builder = flatbuffers.Builder()
    floats = [builder.CreateNumpyVector(np.asarray(x, np.float32)) for x in (mean, deviation)]
    options = _table(builder, dict(enumerate(floats)))
    threshold = _table(builder, {})
    units = [
        _table(builder, {1: threshold}, SCORE_THRESHOLDING),
        _table(builder, {1: options}, NORMALIZATION),
    ]
    tensor = _table(builder, {4: _list(builder, units)})
    subgraph = _table(builder, {2: _list(builder, [tensor])})
    name = builder.CreateString("tiny")
    builder.Finish(_table(builder, {0: name, 3: _list(builder, [subgraph])}), b"M001")
    return bytes(builder.Output())


def _table(builder: flatbuffers.Builder, fields: dict[int, int], kind: int = 0) -> int:
    """Write a table of other tables, lists or strings; `kind` says which one of a union it has."""
    builder.StartObject(max(fields, default=0) + 1)
    if kind:
        builder.PrependInt8Slot(0, kind, 0)
    for field, offset in fields.items():
        builder.PrependUOffsetTRelativeSlot(field, offset, 0)
    return builder.EndObject()


def _list(builder: flatbuffers.Builder, tables: list[int]) -> int:
    builder.StartVector(4, len(tables), 4)
    for table in reversed(tables):
        builder.PrependUOffsetTRelative(table)
    return builder.EndVector()

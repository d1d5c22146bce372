"""The body as the whole project sees it: 18 joints, 17 limbs, 10 parts.

A pose is a float32 array (18, 3): x, y in pixels of the frame (pixel centres at integers) and a
confidence in 0..1. A missing joint has confidence 0 and its coordinates mean nothing. The order is
OpenPose's COCO order (Cao et al., "OpenPose", 2019); left and right are the person's own.
"""

JOINTS = (
    "nose", "neck",
    "right_shoulder", "right_elbow", "right_wrist",
    "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle",
    "left_hip", "left_knee", "left_ankle",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip

JOINT = {name: index for index, name in enumerate(JOINTS)}

# The 17 limbs that OpenPose draws (its COCO model, without the two shoulder-ear links).
LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7),
    (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
    (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip

# Labels of a body-part map: 0 is no part, BODY_PARTS[i] has label i + 1 (paper, section 2.2).
BODY_PARTS = (
    "head", "torso",
    "left_upper_arm", "left_lower_arm", "right_upper_arm", "right_lower_arm",
    "left_upper_leg", "left_lower_leg", "right_upper_leg", "right_lower_leg",
)  # fmt: skip

# The joints that move with each part, in the order of BODY_PARTS.
PART_JOINTS = (
    (0, 1, 14, 15, 16, 17),
    (1, 2, 5, 8, 11),
    (5, 6), (6, 7), (2, 3), (3, 4),
    (11, 12), (12, 13), (8, 9), (9, 10),
)  # fmt: skip

# Parts (labels) that upper and lower garments can cover.
UPPER_PARTS = (2, 3, 4, 5, 6)
LOWER_PARTS = (2, 7, 8, 9, 10)

"""Section 2 of the paper: stick figure, body parts, part-wise warp, feature map."""

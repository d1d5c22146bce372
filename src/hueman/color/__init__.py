"""Section 3.1 of the paper: Lab colours, garments, recolouring and colour augmentation."""

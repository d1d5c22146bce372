"""From a trained model, a content clip, driving poses and colours to a video."""

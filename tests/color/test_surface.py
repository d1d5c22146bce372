import numpy as np

from hueman.color.surface import ERROR, Surface, log_evidence
from hueman.perception.base import SeenClass


def test_every_class_speaks_for_its_surfaces():
    best = {
        SeenClass.BACKGROUND: {Surface.BACKGROUND},
        SeenClass.HAIR: {Surface.HAIR},
        SeenClass.BODY_SKIN: {Surface.SKIN},
        SeenClass.FACE_SKIN: {Surface.SKIN},
        SeenClass.CLOTHES: {Surface.UPPER, Surface.LOWER, Surface.SHOE},
        SeenClass.OTHERS: {Surface.SHOE},
    }
    for seen, row in zip(SeenClass, log_evidence(np.eye(6)).T, strict=True):
        np.testing.assert_allclose(row[list(best[seen])], 0, atol=1e-12)
        others = [surface for surface in Surface if surface not in best[seen]]
        np.testing.assert_allclose(row[others], np.log(ERROR))


def test_probabilities_of_one_surface_are_added():
    classes = np.array([[0.1, 0.1, 0.3, 0.2, 0.25, 0.05]])
    shares = np.array([0.25, 0.25, 0.5, 0.1, 0.3, 0.1])
    np.testing.assert_allclose(np.exp(log_evidence(classes))[:, 0], 0.02 + 0.98 * shares)

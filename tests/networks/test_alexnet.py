import torch

from hueman.networks.alexnet import AlexNet


def test_features_have_the_published_sizes():
    """For 224 x 224: 55, 27, 13, 13, 13 (Krizhevsky 2014)."""
    features = AlexNet()(torch.zeros(1, 3, 224, 224))
    assert [feature.shape[-1] for feature in features] == [55, 27, 13, 13, 13]
    assert [feature.shape[1] for feature in features] == list(AlexNet.CHANNELS)
    assert all((feature >= 0).all() for feature in features)


def test_the_smallest_picture_works():
    assert AlexNet()(torch.zeros(1, 3, 31, 31))[-1].shape[-1] == 1

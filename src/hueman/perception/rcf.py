"""Edge maps by RCF, the paper's edge detector (section 2.1)."""

from hueman.networks.hed import EdgeDetail
from hueman.perception.network_edges import NetworkEdges
from hueman.weights.readers import load_rcf

PUBLISHED_SCALES = (0.5, 1.0, 1.5)
"""Of the authors' test at several scales (Liu et al. 2017)."""


class RCFEdges(NetworkEdges):
    """Edge detector by RCF.

    Args:
        detail: see `hueman.networks.rcf.RCF`.
        multiscale: average the edges at the published scales. The paper does not speak of it, so
            it is not the default.
    """

    def __init__(self, detail: EdgeDetail = "fused", multiscale: bool = False):
        super().__init__(load_rcf(detail), PUBLISHED_SCALES if multiscale else (1.0,))

"""Edge maps by HED."""

from hueman.networks.hed import EdgeDetail
from hueman.perception.network_edges import NetworkEdges
from hueman.weights.readers import load_hed


class HEDEdges(NetworkEdges):
    """Edge detector by HED; see `hueman.networks.hed.HED` for `detail`."""

    def __init__(self, detail: EdgeDetail = "fine"):
        super().__init__(load_hed(detail))

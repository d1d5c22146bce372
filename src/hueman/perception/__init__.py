"""From a picture to a pose, a person mask and an edge map; one file for each backend."""

"""From source videos to a dataset of prepared clips, in parallel and resumable."""

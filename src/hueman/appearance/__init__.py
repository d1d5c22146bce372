"""The appearance path: what a picture of a person shows, brought under any pose and colour."""

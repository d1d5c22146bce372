"""Reading and writing video, finding clips and their names, and the store of prepared clips."""

"""Files somewhere else: folders named by an address such as s3://bucket/folder, by fsspec."""

"""Files of models: the catalogue, its sources, and checksums."""

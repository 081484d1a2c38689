"""The register of accidents, incidents and near misses: told by all, kept by few, counted right."""

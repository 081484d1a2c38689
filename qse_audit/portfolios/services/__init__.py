"""Changing candidacies, situations, opinions and dossiers. Each function is one act."""

"""Making the files of a dossier from its frozen read model alone."""

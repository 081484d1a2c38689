"""Tables that a revision creates beside its own: a file of a migration stays short too."""

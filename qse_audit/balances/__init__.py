"""The QSE balance of a period: facts assembled from the records, read by its author, frozen."""

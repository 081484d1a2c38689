"""The elements of the QSE policy: context, interested parties, proposals, text, decision."""

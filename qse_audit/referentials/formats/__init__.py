"""Reading the files that people bring: each format into the one internal tree. Pure."""

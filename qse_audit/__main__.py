"""The door of the command line: load everything thriftily, then act."""

import sys

from qse_audit import footprint

footprint.begin()

from qse_audit.cli import main as act  # noqa: E402  # only now: loading is what is thrifty


def main() -> int:
    """Run the command of this process and return its exit code."""
    footprint.settle()
    return act()


if __name__ == "__main__":
    sys.exit(main())

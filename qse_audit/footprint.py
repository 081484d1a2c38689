"""How little a serving process takes: quick to start, small once it serves.

Nearly all that imports make stays until the end, but the garbage collector would look at it again
and again: it rests meanwhile, and what stays is never looked at again. glibc gives every thread an
arena of its own, and keeps more of what is freed the larger it was: two arenas are enough for
threads of which one runs at a time, and a fixed limit gives a large page back.

Only the standard library is imported here: this module is the first that a process loads.
"""

import contextlib
import ctypes
import gc
import sys

MALLOC_OPTIONS = {-8: 2, -1: 128 * 1024, -3: 128 * 1024}
"""M_ARENA_MAX, and M_TRIM_THRESHOLD in bytes, as ``malloc.h`` numbers them."""


def begin() -> None:
    """Load with the collector at rest; call it before anything heavy is imported."""
    gc.disable()
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library than glibc
            for option, value in MALLOC_OPTIONS.items():
                ctypes.CDLL(None).mallopt(option, value)


def settle() -> None:
    """Keep what is loaded out of the collector’s sight, then let it work."""
    gc.freeze()
    gc.enable()

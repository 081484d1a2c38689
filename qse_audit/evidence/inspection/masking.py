"""Hiding zones of a photo for good: what was there is not in the new file in any form."""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from pathlib import Path
from typing import Any

from PIL import Image

from qse_audit.evidence.inspection import Unacceptable
from qse_audit.evidence.inspection.images import FORMATS, SAVED, on_white

CELLS = 4
"""Squares along the longer side of a blurred zone: a face or a figure leaves nothing to restore."""
BLACK: Mapping[str, float | tuple[int, ...]] = {
    "L": 0,
    "LA": (0, 255),
    "RGB": (0, 0, 0),
    "RGBA": (0, 0, 0, 255),
}
MODES = {"JPEG": ("L", "RGB"), "PNG": tuple(BLACK), "WEBP": ("RGB", "RGBA")}
Box = tuple[int, int, int, int]


def hide(
    source: Path, folder: Path, *, zones: Sequence[Mapping[str, Any]], thumbnail_pixels: int
) -> dict[str, Any]:
    """Write ``image`` and ``thumbnail`` without what stands in ``zones`` (percent) into ``folder``.

    :raises Unacceptable: when the photo cannot be decoded whole.
    """
    Image.MAX_IMAGE_PIXELS = None  # it was measured when it was taken in
    try:
        with Image.open(source, formats=FORMATS) as opened:
            kind = str(opened.format)
            image = _editable(opened, kind)
    except (OSError, SyntaxError, ValueError) as error:
        raise Unacceptable("image_damaged") from error
    for zone in zones:
        box = _pixels(zone, image.size)
        if zone["hiding"] == "blur":
            image.paste(_mosaic(image.crop(box)), box)
        else:
            image.paste(BLACK[image.mode], box)
    image.save(folder / "image", kind, **SAVED[kind])
    size = image.size
    image.thumbnail((thumbnail_pixels, thumbnail_pixels))
    on_white(image).save(folder / "thumbnail", "JPEG", quality=80, optimize=True)
    return {"image": True, "width": size[0], "height": size[1]}


def _editable(opened: Image.Image, kind: str) -> Image.Image:
    """Return the pixels in a mode in which zones can be painted, and nothing beside them."""
    image = opened.copy()
    if image.mode == "I;16":
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode not in MODES[kind]:
        image = image.convert("RGBA" if "transparency" in image.info else MODES[kind][-1])
    image.info.clear()
    return image


def _pixels(zone: Mapping[str, Any], size: tuple[int, int]) -> Box:
    """Return the pixels of a zone, those that it only touches included."""
    width, height = size
    left, top = floor(zone["x"] * width / 100), floor(zone["y"] * height / 100)
    right = ceil((zone["x"] + zone["width"]) * width / 100)
    bottom = ceil((zone["y"] + zone["height"]) * height / 100)
    return left, top, min(right, width), min(bottom, height)


def _mosaic(part: Image.Image) -> Image.Image:
    """Return ``part`` as a few squares, each the mean of what it covers."""
    if part.mode == "RGBA":
        part.putalpha(255)
    side = max(part.size) / CELLS
    cells = (max(1, round(part.width / side)), max(1, round(part.height / side)))
    small = part.resize(cells, Image.Resampling.BOX)
    return small.resize(part.size, Image.Resampling.NEAREST)

"""Photos: decoded, turned upright, and written again without anything but their pixels."""

from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageOps

from qse_audit.evidence.inspection import Unacceptable

FORMATS = ("JPEG", "PNG", "WEBP")
SAVED: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 4},
    "WEBP": {"quality": 90, "method": 3},
}
KEPT_MODES = {
    "JPEG": {"L", "RGB"},
    "PNG": {"1", "L", "LA", "I;16", "RGB", "RGBA"},
    "WEBP": {"RGB", "RGBA"},
}


def rewrite(
    source: Path, folder: Path, *, max_pixels: int, thumbnail_pixels: int
) -> dict[str, Any]:
    """Write ``image`` and ``thumbnail`` into ``folder``; return what is known of the photo.

    :raises Unacceptable: when it is too large, moving, or cannot be decoded whole.
    """
    Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves, before any decoding
    try:
        with Image.open(source, formats=FORMATS) as opened:
            return _rewrite(opened, folder, max_pixels, thumbnail_pixels=thumbnail_pixels)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Unacceptable("image_damaged") from error


def _rewrite(
    opened: Image.Image, folder: Path, max_pixels: int, *, thumbnail_pixels: int
) -> dict[str, Any]:
    # A JPEG with a second picture inside (depth, gain map) calls itself MPO: the first one is it.
    kind = "JPEG" if opened.format == "MPO" else str(opened.format)
    width, height = opened.size
    if width * height > max_pixels:
        raise Unacceptable(
            "too_many_pixels",
            found=-(-width * height // 1_000_000),
            most=max_pixels // 1_000_000,
        )
    if kind != "JPEG" and getattr(opened, "n_frames", 1) > 1:
        raise Unacceptable("image_moving")
    taken_on = _taken_on(opened)
    image = _plain(ImageOps.exif_transpose(opened), kind)
    image.save(folder / "image", kind, **SAVED[kind])
    size = image.size
    image.thumbnail((thumbnail_pixels, thumbnail_pixels))
    on_white(image).save(folder / "thumbnail", "JPEG", quality=80, optimize=True)
    return {
        "image": True,
        "width": size[0],
        "height": size[1],
        "taken_on": taken_on and taken_on.isoformat(),
    }


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """Return the pixels alone, in usual colours and in a mode that ``kind`` can hold."""
    image = _in_srgb(image)
    if image.mode not in KEPT_MODES[kind]:
        see_through = image.mode in {"LA", "PA", "RGBa", "La"} or "transparency" in image.info
        image = image.convert("RGBA" if see_through and kind != "JPEG" else "RGB")
    image.info.clear()
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return ``image`` with its colour profile applied; as it is when the profile is unusable."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "CMYK"}:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            found = ImageCms.ImageCmsProfile(BytesIO(profile))
            ours = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(image, found, ours, outputMode="RGB")
            return turned or image
    return image


def on_white(image: Image.Image) -> Image.Image:
    """Return a small image without transparency."""
    if image.mode == "I;16":
        return image.point(lambda value: value / 256).convert("L")
    if image.mode not in {"LA", "RGBA"}:
        return image.convert("RGB")
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.getchannel("A"))
    return page


def _taken_on(image: Image.Image) -> date | None:
    """Return the day that the camera says, ``None`` if it says none."""
    with suppress(Exception):  # hostile EXIF breaks in many ways; the day is only a convenience
        exif = image.getexif()
        text = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        return datetime.strptime(str(text)[:10], "%Y:%m:%d").date()  # noqa: DTZ007  # a wall date
    return None

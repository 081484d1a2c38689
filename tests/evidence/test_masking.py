"""What is hidden in a photo is gone: no pixel, no metadata, no smaller picture gives it back."""

import io
import random

import pytest
from PIL import Image, ImageChops

from qse_audit.core.errors import Damaged, Refused
from qse_audit.evidence.intake import Upload, mask_photo, take_in
from qse_audit.evidence.rules import MAX_ZONES, Hiding, Zone, zone_refusals

SECRET = (255, 0, 0)
BOX = (80, 40, 240, 140)
"""Where the secret stands in a photo of 400 × 200: 20 % to 60 %, 20 % to 70 %."""
ZONE = {"x": 20, "y": 20, "width": 40, "height": 50}


def photo(kind="PNG", mode="RGB", box=BOX, seed=1):
    """Return a grey photo with noise in red where the secret stands."""
    dice = random.Random(seed)
    image = Image.new("RGB", (400, 200), "#9aa5ad")
    for x in range(box[0], box[2]):
        for y in range(box[1], box[3]):
            image.putpixel((x, y), (dice.randrange(256), 0, dice.randrange(256)))
    file = io.BytesIO()
    image.convert(mode).save(file, kind)
    return file.getvalue()


def hidden(files, content, ending, *zones):
    """Return the masked copy of a photo and its thumbnail, opened."""
    taken = take_in(files, Upload(f"photo{ending}", io.BytesIO(content)))
    masked = mask_photo(files, taken.sha256, zones)
    with files.open(masked.sha256) as image, files.open(masked.thumbnail_sha256) as small:
        opened, thumb = Image.open(image), Image.open(small)
        opened.load()
        thumb.load()
    assert opened.size == (masked.width, masked.height) == (400, 200)
    assert masked.sha256 != taken.sha256
    return opened, thumb


@pytest.mark.parametrize(
    ("kind", "ending", "mode"),
    [
        ("PNG", ".png", "RGB"), ("PNG", ".png", "RGBA"), ("PNG", ".png", "L"), ("PNG", ".png", "P"),
        ("PNG", ".png", "1"), ("JPEG", ".jpg", "RGB"), ("JPEG", ".jpg", "L"),
        ("WEBP", ".webp", "RGB"),
    ],
)  # fmt: skip
def test_black_leaves_nothing_and_the_rest_as_it_was(files, kind, ending, mode):
    image, thumb = hidden(files, photo(kind, mode), ending, Zone(**ZONE))
    for shown in (image, thumb):
        part = shown.convert("RGB").crop((88, 48, 232, 132))
        assert max(high for _, high in part.getextrema()) <= 8, shown.format
    if mode != "1":  # of which black and white are all that is left
        grey = image.convert("RGB").getpixel((380, 180))
        assert all(abs(a - b) <= 20 for a, b in zip(grey, (154, 165, 173), strict=True))
    assert image.format == kind


def test_a_mosaic_says_the_same_of_two_different_faces(files):
    zone = Zone(**ZONE, hiding=Hiding.BLUR)
    one, _ = hidden(files, photo(seed=1), ".png", zone)
    two, _ = hidden(files, photo(seed=2), ".png", zone)
    parts = [image.convert("RGB").crop(BOX) for image in (one, two)]
    for part in parts:
        assert len(part.getcolors(1_000_000)) <= 16
    assert max(high for _, high in ImageChops.difference(*parts).getextrema()) <= 12


def test_a_zone_hides_the_pixels_that_it_only_touches(files):
    image, _ = hidden(files, photo(), ".png", Zone(x=20.1, y=20.1, width=39.8, height=49.8))
    assert image.crop(BOX).getextrema() == ((0, 0), (0, 0), (0, 0))


def test_see_through_pixels_keep_nothing_below(files):
    image = Image.new("RGBA", (400, 200), (255, 0, 0, 0))
    file = io.BytesIO()
    image.save(file, "PNG")
    for hiding in Hiding:
        masked, _ = hidden(files, file.getvalue(), ".png", Zone(**ZONE, hiding=hiding))
        assert masked.getchannel("A").crop(BOX).getextrema() == (255, 255)


def test_a_copy_carries_no_metadata(files):
    image, _ = hidden(files, photo("JPEG"), ".jpg", Zone(**ZONE))
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    "zones",
    [
        [],
        [Zone(x=-1, y=0, width=10, height=10)],
        [Zone(x=95, y=0, width=10, height=10)],
        [Zone(x=0, y=0, width=0.1, height=10)],
        [Zone(x=float("nan"), y=0, width=10, height=10)],
        [Zone(x=0, y=0, width=float("inf"), height=10)],
        [Zone(**ZONE)] * (MAX_ZONES + 1),
    ],
)
def test_zones_that_hide_nothing_are_refused(files, zones):
    assert zone_refusals(zones)
    before = set(files.kept())
    with pytest.raises(Refused):
        mask_photo(files, "a" * 64, zones)
    assert set(files.kept()) == before


def test_the_corner_and_the_whole_image_may_be_hidden(files):
    for zone in (
        Zone(x=0, y=0, width=100, height=100),
        Zone(x=99.5, y=99.5, width=0.5, height=0.5),
    ):
        assert not zone_refusals([zone])
        hidden(files, photo(), ".png", zone)


def test_a_photo_changed_on_the_disk_is_not_masked(files):
    taken = take_in(files, Upload("photo.png", io.BytesIO(photo())))
    path = files.path(taken.sha256)
    path.chmod(0o600)
    path.write_bytes(photo(seed=3))
    with pytest.raises(Damaged):
        mask_photo(files, taken.sha256, [Zone(**ZONE)])

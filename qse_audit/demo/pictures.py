"""Drawings that stand for the photos of the demo company; nobody’s workshop is shown."""

import random
from io import BytesIO

SIZE = (1280, 960)
TINTS = {
    "amber": (196, 146, 74),
    "teal": (66, 128, 128),
    "grey": (120, 124, 128),
    "blue": (76, 104, 150),
}


def picture(tint: str, seed: str) -> bytes:
    """Return a JPEG of a workshop wall, a machine and a marked spot; the same seed, the same."""
    from PIL import Image, ImageDraw, ImageFilter  # late: only while the demo company is made

    rng = random.Random(seed)
    red, green, blue = TINTS[tint]
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for row in range(SIZE[1]):
        shade = 0.55 + 0.45 * row / SIZE[1]
        draw.line(
            [(0, row), (SIZE[0], row)],
            fill=(int(red * shade), int(green * shade), int(blue * shade)),
        )
    draw.rectangle((0, 780, SIZE[0], SIZE[1]), fill=(74, 76, 78))
    for _ in range(7):
        x, y = rng.randint(40, 1000), rng.randint(260, 640)
        wide, high = rng.randint(120, 320), rng.randint(120, 780 - y)
        tone = rng.randint(60, 190)
        draw.rectangle((x, y, x + wide, y + high), fill=(tone, tone, tone + 12), outline=(40,) * 3)
    image = image.filter(ImageFilter.GaussianBlur(3))
    draw = ImageDraw.Draw(image)
    x, y = rng.randint(300, 900), rng.randint(300, 600)
    draw.ellipse((x - 90, y - 90, x + 90, y + 90), outline=(214, 40, 40), width=10)
    out = BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()

"""QR codes: an address that a phone reads with its camera."""


def qr_svg(text: str) -> str:
    """Return ``text`` as a QR code: an SVG that takes the room it is given, black on white."""
    import segno  # late: a quarter of the time that a page takes, for the few that show a code

    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", lineclass=None)

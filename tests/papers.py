"""Validating PDF files with page-validation, without its one false alarm."""

import re

import page

LENGTH_ALARM = "a stream /Length does not match its raw content length"
"""Said wrongly when compressed data happens to end with a CR or LF byte: one stream in 128."""
STREAM = re.compile(
    rb"\n\d+ 0 obj\n<<(?:(?!endobj).)*?/Length (\d+)(?:(?!endobj).)*?\nstream\n", re.S
)


def pdf_problems(file: bytes, profile: str) -> list[str]:
    """Return what a validator holds against ``file`` for ``pdfa3a`` or ``pdfua1``."""
    found = [failure.message for failure in page.validate_pdf_bytes(file, profile=profile).failures]
    return [m for m in found if m != LENGTH_ALARM or not lengths_are_exact(file)]


def lengths_are_exact(file: bytes) -> bool:
    """Say whether each stream ends just where its ``/Length`` says."""
    streams = list(STREAM.finditer(file))
    return bool(streams) and all(
        re.match(rb"\r?\n?endstream\b", file[s.end() + int(s[1]) :][:12]) for s in streams
    )

"""A signed head is written once a day, and nobody without the key makes or changes one."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from qse_audit.documents.heads import SignedHead, is_signed, read_heads, sign_head
from qse_audit.documents.seal import load_or_make_key

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def key(tmp_path):
    return load_or_make_key(tmp_path / "seal.pem", now=AT)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "heads"


def sign(folder, key, seq=12, day=DAY):
    return sign_head(folder, key, (seq, "a" * 64), organisation_id=3, day=day, signed_at=AT)


def test_a_head_is_signed_once_a_day_and_read_back(folder, key):
    assert not is_signed(folder, 3, DAY)
    assert sign(folder, key)
    assert not sign(folder, key, seq=99)
    assert is_signed(folder, 3, DAY)
    assert [asdict(head) for head in read_heads(folder, key.public)] == [
        {
            "organisation_id": 3,
            "day": "2026-03-02",
            "seq": 12,
            "hash": "a" * 64,
            "signed_at": "2026-03-02T09:00:00+00:00",
        }
    ]
    assert [path.name for path in folder.glob("*/*")] == ["2026-03-02.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 11},
        {"hash": "b" * 64},
        {"day": "2026-03-01"},
        {"organisation_id": 4},
        {"signed_at": "2026-03-03T09:00:00+00:00"},
        {"signature": "AAAA"},
        {"signature": 7},
        {"more": 1},
    ],
)
def test_a_changed_head_is_not_genuine(folder, key, change):
    sign(folder, key)
    path = next(folder.glob("*/*"))
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert list(read_heads(folder, key.public)) == [path]


@pytest.mark.parametrize("content", ["", "[]", "null", "{}", "{"])
def test_what_is_no_head_is_given_as_its_file(folder, key, content):
    place = folder / "3" / "2026-03-02.json"
    place.parent.mkdir(parents=True)
    place.write_text(content)
    assert list(read_heads(folder, key.public)) == [place]


def test_a_head_under_another_name_is_not_genuine(folder, key):
    sign(folder, key)
    path = next(folder.glob("*/*"))
    other = path.rename(path.with_name("2026-03-09.json"))
    assert list(read_heads(folder, key.public)) == [other]


def test_a_head_signed_with_another_key_is_not_genuine(folder, key, tmp_path):
    sign(folder, load_or_make_key(tmp_path / "other.pem", now=AT))
    assert isinstance(*read_heads(folder, key.public), Path)
    assert isinstance(*read_heads(folder, None), Path)


def test_without_a_folder_there_is_no_head(folder, key):
    assert list(read_heads(folder, key.public)) == []


def test_heads_come_back_day_by_day(folder, key):
    for day in (3, 1, 2):
        sign(folder, key, seq=day, day=date(2026, 3, day))
    found = [h for h in read_heads(folder, key.public) if isinstance(h, SignedHead)]
    assert [head.seq for head in found] == [1, 2, 3]

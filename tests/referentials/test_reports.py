"""What is exported can be imported again."""

from dataclasses import replace

import pytest
import yaml

from qse_audit.paths import referentials_dir
from qse_audit.referentials import queries, reports
from qse_audit.referentials.formats.any_file import read_outline
from tests.referentials.factories import content, imported, outline

SHIPPED = sorted((referentials_dir() / "audits").glob("*.yaml"))
OURS = [("grid.yaml", content("grid.yaml")), *((p.name, p.read_bytes()) for p in SHIPPED)]


@pytest.mark.parametrize("format", ["yaml", "csv", "xlsx"])
@pytest.mark.parametrize(("name", "data"), OURS, ids=lambda value: str(value)[:20])
def test_our_formats_come_back_as_they_left(name, data, format):
    before = read_outline(data, name)
    export = reports.EXPORTS[format]
    after = read_outline(export.write(before), reports.file_name(before, export.suffix))
    assert after.nodes == before.nodes
    for field in ("ref", "edition", "title", "domains", "publisher", "source", "licence"):
        assert getattr(after, field) == getattr(before, field), field


@pytest.mark.parametrize(("name", "data"), OURS, ids=lambda value: str(value)[:20])
def test_a_ciso_library_keeps_the_tree_and_its_words(name, data):
    before = read_outline(data, name)
    after = read_outline(reports.ciso_yaml(before), "library.yaml")
    assert after.counts == before.counts
    for (depth, old), (deep, new) in zip(before.walk(), after.walk(), strict=True):
        assert (deep, new.ref, new.title, new.guidance) == (depth, old.ref, old.title, old.guidance)
        assert [ask.text for ask in new.questions] == [ask.text for ask in old.questions]


def test_a_library_without_numbers_gets_numbers():
    before = read_outline(content("library.yaml"), "library.yaml")
    after = read_outline(reports.native_yaml(before), "a.yaml")
    assert [node.ref for _, node in after.walk()] == ["7", "7.10", "N3"]


def test_ordinary_readers_see_texts_where_we_wrote_texts():
    before = read_outline(content("grid.yaml"), "grid.yaml")
    loaded = yaml.safe_load(reports.native_yaml(before))
    child = loaded["requirements"][0]["children"][0]
    assert (child["ref"], child["title"]["en"], loaded["edition"]) == ("7.10", "NO", "2026")


def test_a_formula_stays_a_text_and_comes_back():
    first = outline().nodes[1]
    evil = replace(first, title={"fr": "=1+1", "en": "@now"})
    before = outline(evil)
    written = reports.table_csv(before)
    assert b"'=1+1" in written
    assert read_outline(written, "a.csv").nodes[0].title == evil.title


def test_a_stored_edition_is_exported_as_it_was_read(session, cast):
    before = read_outline(content("grid.yaml"), "grid.yaml")
    edition = imported(session, cast, before)
    stored = queries.outline_of(session, edition)
    assert read_outline(reports.native_yaml(stored), "a.yaml").nodes == before.nodes

import pytest
from markupsafe import Markup

from qse_audit.web.filters import labelled


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (
            '<th>A</th><td>1</td><td class="num">2</td>',
            '<th>A</th><td data-label="One">1</td><td data-label="Two" class="num">2</td>',
        ),
        ("<td>1</td><td>2</td>", '<td data-label="Name">1</td><td data-label="One">2</td>'),
        ("<th>A</th>", "<th>A</th>"),
    ],
)
def test_each_cell_names_its_column(cells, shown):
    assert labelled(Markup(cells), ["Name", "One", "Two"]) == shown


def test_a_name_with_a_quote_stays_inside_its_attribute():
    assert labelled(Markup("<td>1</td>"), ['a"b']) == '<td data-label="a&#34;b">1</td>'


def test_more_cells_than_columns_are_all_shown():
    shown = labelled(Markup("<th>A</th><td>1</td><td>2</td>"), ["Name", "One"])
    assert shown == '<th>A</th><td data-label="One">1</td><td>2</td>'

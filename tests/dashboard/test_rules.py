from qse_audit.core.permissions import Kind
from qse_audit.dashboard.rules import SUBJECTS


def test_the_log_has_a_word_for_every_kind_of_object():
    assert set(Kind) <= set(SUBJECTS)

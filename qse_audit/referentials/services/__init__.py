"""Changing referentials. Each function is one act: it checks, changes, records; none commits."""

from qse_audit.referentials.services.asking import (
    EDITION_PAGE,
    IMPORT_PAGE,
    IMPORT_WORK,
    ask_import,
    refuse_import,
)
from qse_audit.referentials.services.editions import (
    create_in_house,
    delete_draft,
    describe_edition,
    next_edition,
    publish,
)
from qse_audit.referentials.services.importing import (
    ImportReport,
    check_file,
    freeze_edition,
    import_file,
    import_outline,
    load_shipped,
)
from qse_audit.referentials.services.requirements import (
    add_requirement,
    move_requirement,
    remove_requirement,
    reorder,
    write_requirement,
)

__all__ = [
    "EDITION_PAGE",
    "IMPORT_PAGE",
    "IMPORT_WORK",
    "ImportReport",
    "add_requirement",
    "ask_import",
    "check_file",
    "create_in_house",
    "delete_draft",
    "describe_edition",
    "freeze_edition",
    "import_file",
    "import_outline",
    "load_shipped",
    "move_requirement",
    "next_edition",
    "publish",
    "refuse_import",
    "remove_requirement",
    "reorder",
    "write_requirement",
]

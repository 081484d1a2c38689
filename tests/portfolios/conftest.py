import pytest

from qse_audit.documents.seal import load_or_make_key
from qse_audit.documents.store import FileStore
from tests.factories import NOW
from tests.portfolios import factories as make


@pytest.fixture
def files(settings):
    return FileStore(settings.files_folder)


@pytest.fixture
def key(settings):
    return load_or_make_key(settings.seal_key_path, now=NOW)


@pytest.fixture
def version(session):
    return make.make_certification(session)


@pytest.fixture
def candidacy(session, cast, version):
    return make.make_candidacy(session, cast, version)


@pytest.fixture
def ready(session, cast, files):
    """A portfolio that is ready to be submitted."""
    return make.make_full(session, cast, files)


@pytest.fixture
def dossier(session, cast, ready, files, key):
    """A submitted dossier that Gaëlle evaluates."""
    return make.submit(session, cast, ready, files, key)

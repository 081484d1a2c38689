from tests.portfolios.conftest import dossier, files, key, ready, version

__all__ = ["dossier", "files", "key", "ready", "version"]

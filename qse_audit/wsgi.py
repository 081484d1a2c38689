"""The object that a WSGI server imports: ``gunicorn qse_audit.wsgi:application``.

The database must be at the newest schema (``qse-audit init-db``). The scheduler is not started
here: run ``qse-audit serve``, or ``qse-audit run-job`` from the system’s timers.
"""

from qse_audit import footprint

footprint.begin()

from qse_audit.app import create_app  # noqa: E402  # only now: loading is what is thrifty
from qse_audit.settings import load_settings  # noqa: E402

application = create_app(load_settings())
footprint.settle()

"""Let ``python -m qse_audit.cli`` act."""

import sys

from qse_audit.cli import main

sys.exit(main())

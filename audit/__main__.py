"""`python -m audit ...` becomes what `haechi ...` is."""

import sys

from audit.cli import main

if __name__ == "__main__":
    sys.exit(main())

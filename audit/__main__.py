"""`python -m audit ...` becomes what `haechi ...` is."""

import sys


def main() -> int:
    """Run the command line; Ctrl-C while its parts are still being imported ends it like any other."""
    try:
        from audit.cli import main as command_line

        return command_line()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

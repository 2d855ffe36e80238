"""``python -m dashboard`` is ``loyalty-desk``."""

from dashboard.cli import main

main(prog_name="loyalty-desk")

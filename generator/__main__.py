"""`python -m generator` is the same as `portal`."""

from generator.cli import run

run()

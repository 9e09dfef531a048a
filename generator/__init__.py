"""Branch Portal: turns a folder of Markdown and YAML into the public website of a street or township office."""

__version__ = "0.1.0"

"""The dev server: builds, serves the output on this computer, follows edits, and keeps open pages up to date."""

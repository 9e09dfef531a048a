"""One target -> bytes: templates, the values that they may ask for, and copies of files."""

"""From a file's bytes to typed values, with every problem of the file at once."""

"""What an editor, a disk or a race can do to a build: a message, the right exit code, and the last good site.

Each test builds a good site, breaks something, and builds again through the command line.
"""

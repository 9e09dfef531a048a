"""Measurements of the portal, against Hugo on the same site; nothing here asserts a time."""

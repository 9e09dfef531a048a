"""Addresses, and the questions that pages ask of the catalog."""

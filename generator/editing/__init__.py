"""New entries for editors to fill in."""

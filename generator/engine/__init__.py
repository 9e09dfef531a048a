"""Remembers what each output was made from and makes again what would come out different; knows nothing of portals."""

"""What a portal publishes: one module a content type, and the catalog with its named queries."""

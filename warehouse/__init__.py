"""The DuckDB store: what was received, what it means, and the one door to read it."""

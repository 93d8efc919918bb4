"""The roof: see its README."""

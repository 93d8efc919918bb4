"""The room `units`: see its README."""

"""The room `files`: see its README."""

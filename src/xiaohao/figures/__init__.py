"""The room `figures`: see its README."""

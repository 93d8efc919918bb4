"""The room `trail`: see its README."""

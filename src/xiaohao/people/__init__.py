"""The room `people`: see its README."""

"""A generated installation of any size, loaded by COPY: for measuring, never for work."""

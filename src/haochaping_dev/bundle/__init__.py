"""``make bundle``: the project and its locked wheels in one archive, for an office without a network."""

"""Records in a database or on a cluster: counted where they are; only counts come back."""

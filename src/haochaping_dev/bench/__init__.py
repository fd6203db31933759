"""What a run costs and what the checks find: commands that print the tables of ``docs/``."""

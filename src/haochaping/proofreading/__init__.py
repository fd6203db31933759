"""Comparing a bulletin that people edited with what the quarter's figures say."""

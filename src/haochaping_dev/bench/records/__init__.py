"""Counting records: the kit beside the same work by hand and with other libraries, each in a process of its own."""

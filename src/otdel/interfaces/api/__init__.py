"""The JSON door: a program does what its person may, by a key of theirs. A thin translation of the same actions."""

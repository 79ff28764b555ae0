"""Otdel keeps a sales department on its plan."""

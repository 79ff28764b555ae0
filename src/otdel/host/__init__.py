"""The machine below Otdel: environment, embedded database, processes, backup. Standard library only."""

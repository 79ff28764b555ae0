"""When this happens and that holds, do so: rules people write without code, and a log of every firing."""

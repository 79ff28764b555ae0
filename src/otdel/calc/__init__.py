"""Numbers only: pace, planning quality, decomposition. numpy in, numpy out."""

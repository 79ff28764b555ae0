"""The refusals every number here starts with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def check_equal_vectors(*vectors: Floats) -> None:
    """Raise ValueError unless all are vectors of one non-zero length with finite values."""
    shapes = [vector.shape for vector in vectors]
    if len(set(shapes)) != 1 or len(shapes[0]) != 1 or shapes[0] == (0,):
        raise ValueError(f"need equal non-empty vectors, got {', '.join(map(str, shapes))}")
    for vector in vectors:
        check_finite(vector)


def check_finite(values: Floats) -> None:
    """Raise ValueError if any value is NaN or infinite."""
    if not np.isfinite(values).all():
        raise ValueError("values must be finite")

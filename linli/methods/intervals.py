"""How sure a share is."""

from math import sqrt


def wilson(numerator: int, denominator: int, *, z: float = 1.959964) -> tuple[float, float]:
    """Return the Wilson score interval of a share, both ends in 0..1; z = 1.96 is 95 %.

    Source: E. B. Wilson, "Probable inference", 1927. With nothing counted nothing is known: (0, 1).
    """
    if denominator == 0:
        return 0.0, 1.0
    share = numerator / denominator
    middle = share + z * z / (2 * denominator)
    spread = z * sqrt((share * (1 - share) + z * z / (4 * denominator)) / denominator)
    scale = 1 + z * z / denominator
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)

"""How rare a label is: three bands by its number of training examples. Pure."""

TAIL = 50
"""Labels with fewer training examples are rare; half of a desk's labels usually are, and they matter most."""
HEAD = 200
"""Labels with at least so many training examples are common."""

BANDS = ("head", "middle", "tail")


def band(train_count: int) -> str:
    """Return head, middle or tail."""
    if train_count >= HEAD:
        return "head"
    return "middle" if train_count >= TAIL else "tail"

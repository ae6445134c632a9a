"""Python's collector of garbage, told what it need not look at: all that a process imports and keeps."""

import gc


def put_off_collecting() -> None:
    """Collect nothing until `settle_collecting`: of what is being imported nothing is garbage."""
    gc.disable()


def settle_collecting() -> None:
    """Never look again at what exists now, and collect from here on, more rarely than by default."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()

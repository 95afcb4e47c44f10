"""bf16 instead of fp32: about twice as fast where the processor has it, and only where the vectors agree."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from nps_insights.tables import SettingsError

PRECISIONS = ("fp32", "bf16", "auto")
PROBE = (
    "I waited two hours and nobody told me why.",
    "Kind and helpful staff!",
    "but the app logs me out every time I open it",
    "How do I change my PIN?",
    "The food was cold, the room was small and the bill was wrong, so we will not come back next year.",
    "ok",
    "Personnel aimable, mais les caisses sont trop lentes.",
    "Delivery was 3 days late (order 4711).",
)
# Cosines between neighbouring themes differ by far more; rounding to bf16 costs about .0002.
LOWEST_AGREEMENT = 0.999
_CPU_FLAGS = Path("/proc/cpuinfo")
_BF16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}


def bf16_in_processor(flags: Path = _CPU_FLAGS) -> bool:
    """Return whether the processor itself multiplies in bf16; False where the system does not say.

    Example:
        >>> bf16_in_processor(Path("no/such/file"))
        False
    """
    if not flags.is_file():
        return False
    return not _BF16_FLAGS.isdisjoint(flags.read_text(encoding="utf-8", errors="replace").split())


def settled_precision(precision: str, probed: Callable[[str], np.ndarray]) -> str:
    """Return `fp32` or `bf16`: what a model shall reckon with.

    `auto` takes bf16 where the processor has it and every probe text has a cosine of at least .999 with its fp32
    vector, else fp32.

    Args:
        precision: `fp32`, `bf16` or `auto`.
        probed: Unit vectors of `PROBE` in a precision.

    Raises:
        SettingsError: bf16 is asked for where the processor has none or vectors do not agree, or `precision` is none
            of the three.

    Example:
        >>> settled_precision("fp32", lambda one: np.eye(2))
        'fp32'
    """
    if precision not in PRECISIONS:
        raise SettingsError(f"precision == {precision!r}, must be one of {', '.join(PRECISIONS)}.")
    if precision == "fp32":
        return "fp32"
    if not bf16_in_processor():
        if precision == "auto":
            return "fp32"
        raise SettingsError(
            "precision == 'bf16': this processor has no bf16 instructions (avx512_bf16 or amx_bf16), without which it "
            "is far slower than fp32; give fp32 or auto."
        )
    agreement = float((probed("fp32") * probed("bf16")).sum(axis=1).min())
    if agreement >= LOWEST_AGREEMENT:
        return "bf16"
    if precision == "auto":
        return "fp32"
    raise SettingsError(
        f"precision == 'bf16': vectors of this model agree with fp32 only to a cosine of {agreement:.4f}, must be at "
        f"least {LOWEST_AGREEMENT}; give fp32 or auto."
    )

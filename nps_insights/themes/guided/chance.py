"""Whether themes can be told by what texts say: a code that was given at random cannot, and must not be learned."""

import numpy as np

# How often a code given at random may pass, over all codes of a fit.
_BY_CHANCE = 0.01


def held_out_f1(held_out: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the F1 of each theme, where as many rows of the highest held-out scores count as carry it.

    Args:
        held_out: Scores of the labelled rows by models that did not see them, (n, themes).
        labels: Themes of these rows, bool (n, themes).

    Example:
        >>> scores = np.array([[0.9, 0.1], [0.8, 0.3], [0.1, 0.2], [0.2, 0.4]])
        >>> held_out_f1(scores, np.array([[1, 1], [1, 0], [0, 1], [0, 0]], dtype=bool)).tolist()
        [1.0, 0.0]
    """
    return _hits(held_out, labels) / np.maximum(labels.sum(axis=0), 1)


def beats_chance(held_out: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return for which themes that F1 is better than random scores give, bool (themes,).

    Of n rows of which k carry a theme, k random ones hit as many as the hypergeometric distribution says; a theme
    passes where so many hits come by chance once in a hundred fits, all its themes together (Bonferroni).

    Args:
        held_out: As for `held_out_f1`.
        labels: As for `held_out_f1`.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> labels = rng.random((300, 2)) < 0.2
        >>> scores = np.column_stack([labels[:, 0] + rng.normal(0, 1, 300), rng.random(300)])
        >>> beats_chance(scores, labels).tolist()
        [True, False]
    """
    from scipy.stats import hypergeom

    n, carry = len(labels), labels.sum(axis=0)
    by_chance = hypergeom.sf(_hits(held_out, labels) - 1, n, carry, carry)
    return np.asarray(by_chance < _BY_CHANCE / labels.shape[1])


def _hits(held_out: np.ndarray, labels: np.ndarray) -> np.ndarray:
    highest = np.argsort(-held_out, axis=0, kind="stable")
    place = np.argsort(highest, axis=0, kind="stable")
    return np.asarray(((place < labels.sum(axis=0)) & labels).sum(axis=0))

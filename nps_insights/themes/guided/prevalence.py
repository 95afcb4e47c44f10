"""How common each theme is in the corpus, judged from few labelled rows and many unlabelled ones."""

import numpy as np

_LEAST = 0.015
_MOST = 0.9
_CHANGE = 4.0
_LEAST_GAIN = 0.15
_COUNTED_ABOVE = (0.2, 0.25, 0.3, 0.35, 0.4)
_GRID = np.round(np.arange(0.10, 0.81, 0.01), 2)
_WIDTH = 0.3


def first_prevalence(scores: np.ndarray, picked_share: float) -> np.ndarray:
    """Return a first guess: the mean corpus score, less what comes of rows that were only picked for the theme.

    Among n labelled rows of which k were picked for a theme, the theme came along with others in c - k of n - k; the
    scores move c / n to the corpus. At least a quarter of the mean score stays.

    Args:
        scores: Scores of the corpus, (n, themes).
        picked_share: Rows picked per theme over all labelled rows; 0 where rows were not picked by theme.

    Example:
        >>> first_prevalence(np.array([[0.6, 0.1], [0.4, 0.1]]), 0.1).round(3).tolist()
        [0.444, 0.025]
    """
    mean = np.clip(scores, 0, None).mean(axis=0)
    return np.clip(np.maximum((mean - picked_share) / (1 - picked_share), mean / _CHANGE), _LEAST, _MOST)


def corrected_prevalence(first: np.ndarray, scores: np.ndarray, held_out: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the geometric mean of a first guess and of counts corrected for hits and false alarms.

    If a theme truly has share p, a share p x hits + (1 - p) x false alarms exceeds a threshold; solved for p ("adjusted
    count", swept over thresholds: Forman 2008, doi:10.1007/s10618-008-0097-y). Ten examples make it noisy, hence the
    mean with the first guess.

    Args:
        first: Guess, (themes,).
        scores: Scores of the corpus, (n, themes).
        held_out: Scores of the labelled rows by models that did not see them, (m, themes).
        labels: Themes of the labelled rows, bool (m, themes).

    Example:
        >>> labels = np.repeat([[True], [False]], 50, axis=0)
        >>> corpus = np.repeat([[0.9], [0.1]], [300, 700], axis=0)
        >>> corrected_prevalence(np.array([0.3]), corpus, labels * 0.8 + 0.1, labels).round(2).tolist()
        [0.3]
    """
    logs = []
    for threshold in _COUNTED_ABOVE:
        found = held_out >= threshold
        hits = ((found & labels).sum(axis=0) + 1) / (labels.sum(axis=0) + 2)
        false_alarms = (found & ~labels).sum(axis=0) / np.maximum((~labels).sum(axis=0), 1)
        counted = ((scores >= threshold).mean(axis=0) - false_alarms) / np.maximum(hits - false_alarms, _LEAST_GAIN)
        share = np.sqrt(first * np.clip(counted, first / _CHANGE, first * _CHANGE))
        logs.append(np.log(np.clip(share, _LEAST, _MOST)))
    return np.exp(np.mean(logs, axis=0))


def matched_targets(scores: np.ndarray, prevalence: np.ndarray) -> np.ndarray:
    """Return soft labels (n, themes) whose half lies where the stated share of rows is above.

    Example:
        >>> matched_targets(np.arange(10.0)[:, None], np.array([0.2])).round(1).ravel().tolist()[6:]
        [0.2, 0.4, 0.7, 0.9]
    """
    targets = np.empty_like(scores)
    for theme, share in enumerate(prevalence):
        column = scores[:, theme]
        spread = max(float(column.std()), 1e-9) * _WIDTH
        targets[:, theme] = 1 / (1 + np.exp(-np.clip((column - np.quantile(column, 1 - share)) / spread, -50, 50)))
    return targets


def best_threshold(held_out: np.ndarray, labels: np.ndarray, prevalence: np.ndarray, scores: np.ndarray) -> float:
    """Return the score from which themes count, at which the micro-F1 to expect in the corpus is highest.

    The share of hits comes from held-out scores of labelled rows, theme by theme, weighed by prevalence (labelled rows
    show rare themes too often); how many are found is counted in the corpus itself. No corpus label is needed.

    Args:
        held_out: Scores of the labelled rows by models that did not see them, (m, themes).
        labels: Themes of the labelled rows, bool (m, themes).
        prevalence: Share of the corpus that speaks of each theme, (themes,).
        scores: Scores of the corpus, (n, themes).

    Example:
        >>> labels = np.array([[True], [True], [False], [False]])
        >>> held_out = np.array([[0.9], [0.6], [0.5], [0.1]])
        >>> best_threshold(held_out, labels, np.array([0.5]), held_out)
        0.56
    """
    positive = np.maximum(labels.sum(axis=0), 1)
    expected = []
    for threshold in _GRID:
        found = (scores >= threshold).mean(axis=0)
        # Examples may be plainer than the corpus: no more can be hit there than is found.
        hits = np.minimum(prevalence * ((held_out >= threshold) & labels).sum(axis=0) / positive, found)
        expected.append(2 * hits.sum() / (found.sum() + prevalence.sum()))
    # Where the gap between spoken and unspoken is wide, the middle of it errs least on new texts.
    best = np.flatnonzero(np.array(expected) >= max(expected) - 1e-9)
    return float(_GRID[best[len(best) // 2]])

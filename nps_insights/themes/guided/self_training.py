"""Learning from few labelled rows and many unlabelled ones: first scores become soft labels, these teach again."""

from dataclasses import dataclass

import numpy as np

from nps_insights.themes.guided.prevalence import (
    best_threshold,
    corrected_prevalence,
    first_prevalence,
    matched_targets,
)

_FOLDS = 5
_RIDGE_FEW = 0.5
_BACKGROUND_ROWS, _RIDGE_BACKGROUND = 300, 100.0
_RIDGE_MANY, _RIDGE_LABELLED = 4.0, 1.0
# A row like none of the examples falls back to this share at most: few themes would else claim whatever is foreign.
_BASE = 0.1


@dataclass(frozen=True, eq=False)
class Teaching:
    """Labelled rows first, unlabelled ones after them, and what is needed to learn from both again and again.

    Attributes:
        kernel: Similarity of all rows, (n, n).
        solver: Cholesky factor of kernel + ridge: it serves every fold and every round.
        labels: Themes of the first m rows, bool (m, themes).
        hints: What the themes' names add to first scores, (n, themes); None adds nothing.
        picked: Rows picked for each theme, None where they come as they are.
        complete: Whether the labelled rows are all that people read: enough of them for folds that know no label.
    """

    kernel: np.ndarray
    solver: tuple[np.ndarray, bool]
    labels: np.ndarray
    hints: np.ndarray | None
    picked: int | None
    complete: bool = False

    def calibration(self) -> tuple[np.ndarray, float]:
        """Return each theme's share in the corpus, (themes,), and the score from which a theme counts as mentioned.

        Without a corpus the labelled rows stand for it, their held-out scores for its scores.
        """
        n_labelled = len(self.labels)
        if len(self.kernel) == n_labelled:
            share = self.labels.mean(axis=0)
            held_out = self.held_out(share)
            return share, best_threshold(held_out, self.labels, share, held_out)
        seen = self._first_scores(np.arange(n_labelled))
        first = first_prevalence(seen[n_labelled:], 0.0 if self.picked is None else self.picked / n_labelled)
        share = corrected_prevalence(first, self._corpus_scores(first), self.held_out(first), self.labels)
        return share, best_threshold(self.held_out(share), self.labels, share, self._corpus_scores(share))

    def solution(self, rows: np.ndarray, prevalence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return intercepts (themes,) and weights of all rows (n, themes), true labels being known for `rows` only."""
        from scipy.linalg import cho_solve

        first = self._first_scores(rows)
        if self.hints is not None:
            first = first + self.hints
        targets = matched_targets(first, prevalence)
        targets[rows] = self.labels[rows]
        intercepts = targets.mean(axis=0)
        return intercepts, cho_solve(self.solver, targets - intercepts, check_finite=False)

    def held_out(self, prevalence: np.ndarray) -> np.ndarray:
        """Return scores of the labelled rows by models that did not see their labels, (m, themes)."""
        found = np.zeros(self.labels.shape)
        folds = self._folds()
        for fold in range(_FOLDS):
            out = np.flatnonzero(folds == fold)
            if len(out):
                intercepts, weights = self.solution(np.flatnonzero(folds != fold), prevalence)
                found[out] = intercepts + self.kernel[out] @ weights
        return found

    def _folds(self) -> np.ndarray:
        n_labelled = len(self.labels)
        if self.complete:
            # Folds that hang on labels keep a row's neighbours of its own label in sight: chance would look like sense.
            return np.random.default_rng(0).permutation(n_labelled) % _FOLDS
        folds = np.empty(n_labelled, dtype=np.int64)
        # Rows of one theme go round the folds, so that none takes all of its few examples.
        folds[np.lexsort(self.labels.T)] = np.arange(n_labelled) % _FOLDS
        return folds

    def _corpus_scores(self, prevalence: np.ndarray) -> np.ndarray:
        n_labelled = len(self.labels)
        intercepts, weights = self.solution(np.arange(n_labelled), prevalence)
        return intercepts + self.kernel[n_labelled:] @ weights

    def _first_scores(self, rows: np.ndarray) -> np.ndarray:
        labels = self.labels[rows].astype(np.float64)
        base = np.minimum(labels.mean(axis=0), _BASE)
        n_labelled, n_rows = len(self.labels), len(self.kernel)
        around = np.arange(n_labelled, n_rows, max(1, (n_rows - n_labelled) // _BACKGROUND_ROWS))
        known = np.concatenate([rows, around])
        # Most corpus rows do not speak of a given theme: some of them weigh a little against every theme.
        targets = np.vstack([labels, np.zeros((len(around), labels.shape[1]))]) - base
        ridge = np.repeat([_RIDGE_FEW, _RIDGE_BACKGROUND], [len(rows), len(around)])
        return base + self.kernel[:, known] @ np.linalg.solve(
            self.kernel[np.ix_(known, known)] + np.diag(ridge), targets
        )


def teaching(
    kernel: np.ndarray, labels: np.ndarray, *, hints: np.ndarray | None, picked: int | None, complete: bool = False
) -> Teaching:
    """Return what learns from rows with these similarities (n, n), the first of which carry `labels` (m, themes)."""
    from scipy.linalg import cho_factor

    ridge = _RIDGE_MANY if len(kernel) > len(labels) else _RIDGE_LABELLED
    solver = cho_factor(kernel + ridge * np.eye(len(kernel)), overwrite_a=True, check_finite=False)
    return Teaching(kernel, solver, labels, hints, picked, complete)

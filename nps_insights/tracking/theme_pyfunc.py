"""The theme model as MLflow runs it: this file is stored with the model and read back as code, never as a pickle."""

from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class ThemeReader(PythonModel):
    """Gives comments their themes.

    Input: comment_id and text, one row per comment; optionally question.
    Output: one row per segment and theme: comment_id, segment_id, text, theme_id, label, strength, tone.
    """

    def load_context(self, context: Any) -> None:
        """Read the saved fit; its hashes are compared first."""
        from nps_insights.themes import load_themes

        self.fitted = load_themes(Path(context.artifacts["themes"]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Return the themes of the comments, each row's the same alone as among others."""
        del context, params
        from nps_insights.survey import says_nothing, with_languages
        from nps_insights.themes import is_readable

        text = model_input["text"].fillna("").astype("str")
        given = model_input.assign(response_id=model_input["comment_id"], text=text, says_nothing=says_nothing(text))
        comments = with_languages(given)
        segments, mentions = self.fitted.assign(comments[is_readable(comments, self.fitted.encoder)])
        found = mentions.merge(segments[["segment_id", "comment_id", "text"]], on="segment_id")
        found["label"] = found["theme_id"].map(self.fitted.labels_)
        if "tone" not in found:
            found["tone"] = float("nan")
        return found[["comment_id", "segment_id", "text", "theme_id", "label", "strength", "tone"]]


set_model(ThemeReader())

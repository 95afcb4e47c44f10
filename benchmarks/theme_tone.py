"""Tone beside a lexicon: what customers' own scores teach, against how people judged the sentiment of each comment.

Run `python -m benchmarks.theme_tone`. Patient comments of the NHS (v6): tone is learned from the answers to the
friends-and-family question alone and judged, out of fold, by the human `Comment sentiment`, which nothing learns from.
"""

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from benchmarks.themes import DATA
from nps_insights.survey.comments import says_nothing
from nps_insights.themes.segments import split_comments
from nps_insights.themes.tone_learning import learn_tone

HEADER = ["tone", "comments", "Spearman with human sentiment"]


def patient_comments() -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return comments and responses with a score (6 and 7 mean don't know), and the human sentiment by comment_id."""
    path = DATA / "nhs_fft_themes" / "v6framework_230831.csv.gz"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    # The scale is reversed: 1 is very good, 5 very poor.
    score = 6 - pd.to_numeric(frame["FFT categorical answer"], errors="coerce")
    known = score.between(1, 5) & (frame["FFT answer"].str.strip() != "")
    frame, score = frame[known], score[known]
    comments = pd.DataFrame(
        {
            "comment_id": frame["Comment ID"],
            "response_id": frame["Respondent ID"],
            "question": frame["FFT question"],
            "text": frame["FFT answer"],
            "says_nothing": says_nothing(frame["FFT answer"]),
        }
    )
    category = np.select([score >= 5, score >= 3], ["promoter", "passive"], "detractor")
    responses = pd.DataFrame({"response_id": frame["Respondent ID"], "score": score, "category": category})
    responses = responses.assign(scale_min=1.0, scale_max=5.0).drop_duplicates("response_id")
    # 1 is very positive, 5 very negative.
    sentiment = 6 - pd.to_numeric(frame["Comment sentiment"], errors="coerce").set_axis(frame["Comment ID"])
    return comments, responses, sentiment


def measured(*, one_in: int = 1) -> dict[str, tuple[int, float]]:
    """Return comments judged and Spearman correlation of each method, on the same comments.

    "Nothing." holds no segment and has human sentiment all the same: the mean of the segments is judged without them.

    Args:
        one_in: Take every so manieth respondent.
    """
    from scipy.stats import spearmanr
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    comments, responses, sentiment = patient_comments()
    responses = responses.sort_values("response_id").iloc[::one_in]
    comments = comments[comments["response_id"].isin(responses["response_id"])]
    judged = comments.set_index("comment_id").assign(human=sentiment).dropna(subset="human")
    whole = comments.assign(segment_id=comments["comment_id"])
    without_question = whole.drop(columns="question")
    segments = split_comments(comments)
    in_parts = learn_tone(comments, segments, responses).tone
    lexicon = SentimentIntensityAnalyzer()
    methods = {
        "VADER": judged["text"].map(lambda text: lexicon.polarity_scores(text)["compound"]),
        "the customer's own score": judged["response_id"].map(responses.set_index("response_id")["score"]),
        "ours, question unknown": learn_tone(without_question, without_question, responses).tone,
        "ours, whole comments": learn_tone(comments, whole, responses).tone,
        "ours, mean of the segments": in_parts.groupby(segments.set_index("segment_id")["comment_id"]).mean(),
    }
    found = {}
    for name, tone in methods.items():
        both = pd.DataFrame({"tone": tone.reindex(judged.index), "human": judged["human"]}).dropna()
        found[name] = (len(both), float(spearmanr(both["tone"], both["human"]).statistic))
    return found


def rows() -> list[list[str]]:
    """Return the rows of the table under `HEADER`."""
    return [[name, f"{n:,}", f"{value:.3f}"] for name, (n, value) in measured().items()]


def main() -> None:
    """Print one markdown table and write it to the results."""
    lines = [*__doc__.split("\n\n")[1:], "", *markdown_table(HEADER, rows())]
    print("\n".join(lines))
    packages = ["nps-insights", "vaderSentiment", "scikit-learn", "scipy", "numpy"]
    write_section("Tone", command="python -m benchmarks.theme_tone", packages=packages, lines=lines)


if __name__ == "__main__":
    main()

"""What was planted, and what the joint model and the trade's figure find: `python -m benchmarks.planted_truth`."""

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.drivers import estimate_drivers
from nps_insights.simulate import simulate_survey

N_SEEDS, N_RESPONSES, N_ACCOUNTS = 20, 5000, 1250


def one_world(seed: int) -> pd.DataFrame:
    """Return truth and estimates of every theme in one simulated survey, on its true theme labels."""
    simulated = simulate_survey(N_ACCOUNTS, random_state=seed)
    responses = simulated.responses.sample(N_RESPONSES, random_state=seed)
    kept = responses["response_id"]
    effects = estimate_drivers(
        responses,
        simulated.comments[simulated.comments["response_id"].isin(kept)],
        codes=simulated.codes[simulated.codes["response_id"].isin(kept)],
        attributes=["Plan", "Region"],
        controls=["Industry"],
    ).effects
    rows = effects[(effects["outcome"] == "nps") & (effects["kind"] == "code")]
    wide = rows.pivot_table(index="driver_id", columns="method", values=["estimate", "q_value"])
    wide.columns = [f"{figure} {method}" for figure, method in wide.columns]
    truth = simulated.truth
    truth = truth[(truth["among"] == "commenters") & (truth["by"] == "") & (truth["kind"] == "theme")]
    truth = truth.assign(driver_id=truth["driver_id"].str.replace("theme/", "code/"))
    return wide.reset_index().merge(truth[["driver_id", "label", "role", "nps"]], on="driver_id").assign(seed=seed)


def main() -> None:
    """Print and write bias and error of both methods."""
    worlds = pd.concat([one_world(seed) for seed in range(N_SEEDS)], ignore_index=True)
    worlds["ours"] = (worlds["estimate adjusted"] - worlds["nps"]).abs()
    worlds["trade"] = (worlds["estimate leave_out"] - worlds["nps"]).abs()
    rows = [
        (
            label,
            role,
            f"{part['nps'].mean():.1f}",
            f"{part['estimate adjusted'].mean():.1f}",
            f"{part['ours'].mean():.2f}",
            f"{part['estimate leave_out'].mean():.1f}",
            f"{part['trade'].mean():.2f}",
            f"{(part['q_value adjusted'] < 0.05).sum()} of {len(part)}",
        )
        for (label, role), part in worlds.groupby(["label", "role"])
    ]
    planted = worlds[worlds["role"].isin(["harmful", "helpful"])]
    right = (np.sign(planted["estimate adjusted"]) == np.sign(planted["nps"])) & (planted["q_value adjusted"] < 0.05)
    ours, trade = worlds["ours"].mean(), worlds["trade"].mean()
    lines = [
        f"{N_SEEDS} simulated surveys of {N_RESPONSES:,} responses, half of them with a comment, true theme labels. "
        f"Mean absolute error: ours {ours:.2f} points (wanted: 1.5), leave-out {trade:.2f}; ratio {ours / trade:.2f}. "
        f"Planted drivers found with the right sign and q < .05: {right.sum()} of {len(planted)}.",
        "",
        *markdown_table(
            ["theme", "role", "truth", "ours", "its error", "leave-out", "its error", "ours q < .05"], rows
        ),
    ]
    print("\n".join(lines))
    write_section(
        "Planted truth", command="python -m benchmarks.planted_truth", packages=["nps-insights", "numpy"], lines=lines
    )


if __name__ == "__main__":
    main()

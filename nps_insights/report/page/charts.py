"""Charts as plain data: what plotly draws in the page, without colour as the only carrier and without live markup."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nps_insights.report import words
from nps_insights.report.languages import number_form, say
from nps_insights.report.page.security import plotly_text

# Vermilion and blue stay apart for every common colour blindness; texts and tables say the same in words.
LOSES = "#c8501e"
GAINS = "#1f77b4"
NEUTRAL = "#8a94a3"
ACCENT = "#4657d6"
_NO_COLOUR = "rgba(0,0,0,0)"
_ROW_HEIGHT, _FRAME_HEIGHT = 46, 74
_WIDE_LABEL, _NARROW_LABEL = 24, 18
# More lines than two would run into the neighbours; the table beside a chart holds the whole name.
_LABEL_LINES = 2
_WIDE_TICKS, _NARROW_TICKS = 12, 4


@dataclass(frozen=True)
class Mark:
    """One figure of a chart.

    Attributes:
        label: Name, cleaned but not escaped.
        estimate: Figure in points.
        low: Lower end of its range.
        high: Upper end of its range.
        colour: Colour of the mark.
        hover: What is said on hovering, not escaped.
    """

    label: str
    estimate: float
    low: float
    high: float
    colour: str = ACCENT
    hover: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart of the page.

    Attributes:
        chart_id: Id of its element.
        description: What a screen reader says in its place.
        figure: `data`, `layout`, and `narrow`: the tick texts used on a narrow screen.
        height: Height in pixels.
        keys: Column, group and period of each mark, parted by tabs, one mark a line; empty where none can be left out.
    """

    chart_id: str
    description: str
    figure: dict[str, Any]
    height: int
    keys: str = ""


def range_chart(
    chart_id: str, description: str, marks: Sequence[Mark], *, axis: str, reference: float, bars: bool = False
) -> Chart:
    """Return a chart of figures with ranges, one line each, top to bottom in the order given.

    Args:
        chart_id: Id of its element.
        description: What it shows, in a sentence.
        marks: Figures.
        axis: Title of the axis.
        reference: Where the reference line stands, in points.
        bars: Whether the figure is a bar from zero (an effect) rather than a dot (a level).

    Example:
        >>> chart = range_chart("c", "NPS by plan", [Mark("Pro", 30, 20, 40)], axis="NPS", reference=25)
        >>> chart.figure["data"][0]["x"]
        [30.0]
    """
    positions = list(range(len(marks)))
    trace = _trace(marks, horizontal=True) | {"y": positions}
    if bars:
        colours = [mark.colour for mark in marks]
        trace |= {"type": "bar", "orientation": "h", "width": 0.52, "marker": {"color": colours, "opacity": 0.85}}
        trace["error_x"] = trace["error_x"] | {"color": NEUTRAL}
    line = {"type": "line", "x0": reference, "x1": reference, "yref": "paper", "y0": 0, "y1": 1}
    layout = _layout(height=_FRAME_HEIGHT + _ROW_HEIGHT * len(marks)) | {
        "xaxis": _axis(axis) | {"zeroline": False},
        "yaxis": _names(marks, _WIDE_LABEL),
        "shapes": [
            line | {"line": {"color": NEUTRAL, "width": 1.5, "dash": "solid" if bars else "dot"}, "layer": "below"}
        ],
    }
    narrow = {"yaxis": _names(marks, _NARROW_LABEL)["ticktext"]}
    return Chart(chart_id, description, _figure([trace], layout, narrow), layout["height"])


def sides_chart(chart_id: str, description: str, gains: Sequence[Mark], losses: Sequence[Mark], *, axis: str) -> Chart:
    """Return a chart with two bars a line: what the promoters' side and the detractors' side add.

    Args:
        chart_id: Id of its element.
        description: What it shows, in a sentence.
        gains: The promoters' side of each line.
        losses: The detractors' side of the same lines, in the same order.
        axis: Title of the axis.

    Example:
        >>> mark = Mark("Price", -2, -3, -1)
        >>> len(sides_chart("c", "Sides", [mark], [mark], axis="points").figure["data"])
        2
    """
    traces = []
    for name, marks, colour, shift in (
        (say("Promoter side"), gains, GAINS, -0.19),
        (say("Detractor side"), losses, LOSES, 0.19),
    ):
        trace = _trace(marks, horizontal=True) | {
            "y": [position + shift for position in range(len(marks))],
            "type": "bar",
            "orientation": "h",
            "width": 0.34,
            "name": name,
            "showlegend": True,
            "marker": {"color": colour, "opacity": 0.85},
        }
        # A hatch beside the colour: the sides can be told apart in black and white.
        hatch = {
            "shape": "/",
            "fillmode": "overlay",
            "fgcolor": "#ffffff",
            "fgopacity": 0.6,
            "size": 6,
            "solidity": 0.2,
        }
        trace["marker"] |= {"pattern": hatch} if colour == LOSES else {}
        traces.append(trace | {"error_x": trace["error_x"] | {"color": NEUTRAL}})
    layout = _layout(height=_FRAME_HEIGHT + 30 + _ROW_HEIGHT * len(gains)) | {
        "xaxis": _axis(axis) | {"zeroline": True, "zerolinewidth": 1.5},
        "yaxis": _names(gains, _WIDE_LABEL),
        "barmode": "overlay",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom"},
    }
    layout["margin"] = layout["margin"] | {"t": 38}
    narrow = {"yaxis": _names(gains, _NARROW_LABEL)["ticktext"]}
    return Chart(chart_id, description, _figure(traces, layout, narrow), layout["height"])


def time_chart(
    chart_id: str,
    description: str,
    marks: Sequence[Mark],
    *,
    axis: str,
    expected: Sequence[Mark] = (),
    planned: Sequence[float] = (),
    percent: bool = False,
) -> Chart:
    """Return a line through the periods, in the order given, with the range of each as a bar.

    Args:
        chart_id: Id of its element.
        description: What it shows, in a sentence.
        marks: Figures as measured.
        axis: Title of the axis upwards.
        expected: Figures as expected for the periods after them, drawn apart.
        planned: What was planned for each period, measured or expected; nothing is drawn where it is not known.
        percent: Whether figures are percentages.

    Example:
        >>> chart = time_chart("c", "NPS over time", [Mark("Q1 2026", 30, 20, 40)], axis="NPS")
        >>> chart.figure["layout"]["xaxis"]["ticktext"]
        ['Q1<br>2026']
    """
    every = [*marks, *expected]
    traces = [_over_time(marks, range(len(marks)), ACCENT, "solid")]
    if expected:
        traces.append(_over_time(expected, range(len(marks), len(every)), NEUTRAL, "dot"))
    if planned:
        traces.append(_plan(planned))
    wide, narrow = _thinned(every, _WIDE_TICKS), _thinned(every, _NARROW_TICKS)
    upwards = _axis(axis) | {"zeroline": True} | ({"ticksuffix": " %"} if percent else {})
    layout = _layout(height=340) | {
        "yaxis": upwards,
        "xaxis": _axis("") | {"tickvals": list(range(len(every))), "ticktext": wide, "showgrid": False, "tickangle": 0},
    }
    return Chart(chart_id, description, _figure(traces, layout, {"xaxis": narrow}), layout["height"])


def _over_time(marks: Sequence[Mark], at: Sequence[int], colour: str, dash: str) -> dict[str, Any]:
    trace = _trace(marks, horizontal=False) | {"x": list(at), "mode": "lines+markers"}
    # A solid line is plotly's own; naming it would only make every page larger.
    trace["line"] = {"color": colour, "width": 2} | ({} if dash == "solid" else {"dash": dash})
    trace["error_y"] |= {"color": colour}
    return trace


def _plan(planned: Sequence[float]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": list(range(len(planned))), "y": [_rounded(one) for one in planned],
        "line": {"color": GAINS, "width": 1.5, "dash": "dash"}, "hovertext": plotly_text(say("As planned")),
        "hoverinfo": "text", "showlegend": False,
    }  # fmt: skip


def curve_chart(
    chart_id: str,
    description: str,
    marks: Sequence[Mark],
    positions: Sequence[float],
    *,
    across: str,
    up: str,
    diagonal: str,
    joined: bool = False,
) -> Chart:
    """Return a chart of figures against numbers, both in percent, with a diagonal to compare with.

    Args:
        chart_id: Id of its element.
        description: What it shows, in a sentence.
        marks: Figures, in percent.
        positions: Where each stands across, in percent.
        across: Title of the axis across.
        up: Title of the axis upwards.
        diagonal: What the diagonal stands for, said on hovering.
        joined: Whether a line joins the figures.

    Example:
        >>> chart = curve_chart("c", "Risk", [Mark("low", 5, 4, 7)], [4.0], across="said", up="came", diagonal="-")
        >>> chart.figure["data"][0]["x"]
        [4.0]
    """
    trace = _trace(marks, horizontal=False) | {"x": [_rounded(one) for one in positions]}
    if joined:
        trace |= {"mode": "lines+markers", "line": {"color": ACCENT, "width": 2}}
    highest = max([*positions, *(mark.high for mark in marks if math.isfinite(mark.high)), 1.0])
    line = {
        "type": "scatter", "mode": "lines", "x": [0, _rounded(highest)], "y": [0, _rounded(highest)],
        "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"}, "hovertext": plotly_text(diagonal),
        "hoverinfo": "text", "showlegend": False,
    }  # fmt: skip
    layout = _layout(height=380) | {"xaxis": _axis(across), "yaxis": _axis(up)}
    for axis in ("xaxis", "yaxis"):
        layout[axis] |= {"rangemode": "tozero", "ticksuffix": " %"}
    return Chart(chart_id, description, _figure([trace, line], layout, {}), layout["height"])


def _trace(marks: Sequence[Mark], *, horizontal: bool) -> dict[str, Any]:
    along, error = ("x", "error_x") if horizontal else ("y", "error_y")
    return {
        "type": "scatter",
        "mode": "markers",
        along: [_rounded(mark.estimate) for mark in marks],
        error: {
            "type": "data",
            "symmetric": False,
            "array": [_rounded(mark.high - mark.estimate) for mark in marks],
            "arrayminus": [_rounded(mark.estimate - mark.low) for mark in marks],
            "thickness": 2,
            "width": 5,
            "color": ACCENT,
        },
        "marker": {"color": [mark.colour for mark in marks], "size": 11},
        "hovertext": [plotly_text(mark.hover or mark.label, width=44) for mark in marks],
        "hoverinfo": "text",
        "showlegend": False,
    }


def _names(marks: Sequence[Mark], width: int) -> dict[str, Any]:
    return {
        "tickvals": list(range(len(marks))),
        "ticktext": [plotly_text(mark.label, width=width, most_lines=_LABEL_LINES) for mark in marks],
        "range": [len(marks) - 0.4, -0.6],
        "automargin": True,
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 10,
        "tickcolor": _NO_COLOUR,
    }


def _thinned(marks: Sequence[Mark], most: int) -> list[str]:
    """Every n-th name, counted back from the last, so that the newest period is always named."""
    step = -(-len(marks) // most)
    names = ["<br>".join(plotly_text(part) for part in mark.label.rsplit(" ", 1)) for mark in marks]
    return [name if (len(marks) - 1 - at) % step == 0 else "" for at, name in enumerate(names)]


def _axis(title: str) -> dict[str, Any]:
    return {
        "title": {"text": plotly_text(title), "standoff": 12},
        "fixedrange": True,
        "automargin": True,
        "gridwidth": 1,
        "ticks": "",
        "tickformat": "~g",
        "zeroline": False,
    }


def _layout(height: int) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 48},
        "paper_bgcolor": _NO_COLOUR,
        "plot_bgcolor": _NO_COLOUR,
        "font": {"size": 13.5, "family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"},
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
    }


def _figure(data: list[dict[str, Any]], layout: dict[str, Any], narrow: dict[str, Any]) -> dict[str, Any]:
    form = number_form()
    # An English axis needs no word on it.
    if form.decimal != ".":
        layout |= {"separators": form.decimal + form.thousands}
    return {"data": data, "layout": layout, "narrow": narrow}


def _rounded(value: float) -> float | None:
    """Four decimals are more than a screen shows and keep the page small and its bytes stable; unknown is null."""
    return round(float(value), 4) + 0.0 if math.isfinite(value) else None


def described(what: str, marks: Sequence[Mark], *, signed: bool) -> str:
    """Say what a chart shows, for those who cannot see it; the table beside it holds every figure.

    Example:
        >>> described("NPS by plan", [Mark("Pro", 30, 20, 40), Mark("Free", 10, 5, 15)], signed=False)
        'Chart: NPS by plan, from Pro 30 to Free 10. The table beside it holds every figure.'
    """
    if not marks:
        return say("Chart: {what}.", what=what)
    first, last = (f"{mark.label} {words.points(mark.estimate, signed=signed)}" for mark in (marks[0], marks[-1]))
    return say(
        "Chart: {what}, from {first} to {last}. The table beside it holds every figure.",
        what=what,
        first=first,
        last=last,
    )

"use strict";
// Draws the charts from the data block. Colours of text and lines come from the style sheet; those of the marks are
// turned lighter on a dark page. Every figure also stands in a table, so that without scripts nothing is lost.
const Charts = (function () {
  const NARROW = 460;
  const ON_DARK = {
    "#c8501e": "#f08a5a", "#1f77b4": "#5aaeea", "#8a94a3": "#97a2b5", "#4657d6": "#98a4ff", "#ffffff": "#1a1f2a",
  };
  const HOVER = { bgcolor: "#1b2130", bordercolor: "#5a6374", font: { color: "#ffffff" } };
  const charts = JSON.parse(document.getElementById("chart-data").textContent);
  const drawn = new Map();
  let isKept = null;
  let token = "";

  const turned = (colour) => ON_DARK[colour] || colour;

  function coloured(figure, dark) {
    if (!dark) return figure.data;
    return JSON.parse(JSON.stringify(figure.data), (key, value) => {
      if (key !== "color" && key !== "fgcolor") return value;
      return Array.isArray(value) ? value.map(turned) : turned(value);
    });
  }

  // Marks that a filter leaves out have no figure any more; what stands beside them in the chart stays.
  function kept(traces, keys) {
    const [marks, ...others] = traces;
    const along = marks.error_x ? "x" : "y";
    const only = (values) => values.map((value, at) => (isKept(keys[at]) ? value : null));
    const error = Object.assign({}, marks["error_" + along]);
    for (const end of ["array", "arrayminus"]) if (error[end]) error[end] = only(error[end]);
    return [Object.assign({}, marks, { [along]: only(marks[along]), ["error_" + along]: error }), ...others];
  }

  // The names of marks left out go with them; the scale stays that of all, so that one mark can be judged by it.
  function keptLayout(layout, traces, keys) {
    const along = traces[0].error_x ? "x" : "y";
    const across = along === "x" ? "yaxis" : "xaxis";
    const ends = (layout.shapes || []).map((shape) => shape[along + "0"]).filter(Number.isFinite);
    for (const trace of traces) {
      const error = trace["error_" + along] || {};
      trace[along].forEach((value, at) => {
        if (value === null) return;
        ends.push(value - ((error.arrayminus || [])[at] || 0), value + ((error.array || [])[at] || 0));
      });
    }
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const room = 0.06 * (high - low || 1);
    // Where names are too many to be written out, the one that is kept has room.
    const whole = (name, at) => (isKept(keys[at]) ? name || keys[at].split("\t").pop() : "");
    const names = layout[across].ticktext.map((name, at) => (at < keys.length ? whole(name, at) : name));
    return Object.assign({}, layout, {
      [across]: Object.assign({}, layout[across], { ticktext: names }),
      [along + "axis"]: Object.assign({}, layout[along + "axis"], { range: [low - room, high + room], autorange: false }),
    });
  }

  function draw(element, figure, width, dark) {
    const layout = Object.assign({ hoverlabel: HOVER }, figure.layout, { width: width });
    // Plotly writes into the axes that it is given.
    for (const axis of ["xaxis", "yaxis"]) layout[axis] = Object.assign({}, layout[axis]);
    for (const [axis, narrow] of Object.entries(figure.narrow)) {
      const names = width < NARROW ? narrow : figure.layout[axis].ticktext;
      layout[axis] = Object.assign({}, figure.layout[axis], { ticktext: names });
    }
    const keys = isKept && element.dataset.keys ? element.dataset.keys.split("\n") : null;
    const traces = coloured(figure, dark);
    const shown = keys ? keptLayout(layout, traces, keys) : layout;
    Plotly.react(element, keys ? kept(traces, keys) : traces, shown, { displayModeBar: false });
  }

  // A chart in folded details has no width yet; it is drawn when they are opened.
  function fit(dark, givenWidth) {
    for (const [id, figure] of Object.entries(charts)) {
      const element = document.getElementById(id);
      const width = givenWidth || Math.floor(element.clientWidth);
      const state = width + (dark ? "d" : "l") + (element.dataset.keys ? token : "");
      if (width > 0 && drawn.get(id) !== state) draw(element, figure, width, dark);
      if (width > 0) drawn.set(id, state);
    }
  }
  // Which marks are kept, by their keys; a chart without any of them is hidden. `name` tells one choice from another,
  // and `only` says it to those who hear the chart's name. A chart's legend goes with it.
  function keep(test, name, only) {
    isKept = test;
    token = name;
    for (const element of document.querySelectorAll(".chart[data-keys]")) {
      element.hidden = Boolean(test) && !element.dataset.keys.split("\n").some(test);
      element.dataset.label = element.dataset.label || element.getAttribute("aria-label");
      element.setAttribute("aria-label", [element.dataset.label, only].filter(Boolean).join(" "));
      const legend = document.querySelector("[data-legend='" + element.id + "']");
      if (legend) legend.hidden = element.hidden;
    }
    window.dispatchEvent(new Event("resize"));
  }
  return { fit: fit, keep: keep };
})();

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

  const turned = (colour) => ON_DARK[colour] || colour;

  function coloured(figure, dark) {
    if (!dark) return figure.data;
    return JSON.parse(JSON.stringify(figure.data), (key, value) => {
      if (key !== "color" && key !== "fgcolor") return value;
      return Array.isArray(value) ? value.map(turned) : turned(value);
    });
  }

  function draw(element, figure, width, dark) {
    const layout = Object.assign({ hoverlabel: HOVER }, figure.layout, { width: width });
    for (const [axis, narrow] of Object.entries(figure.narrow)) {
      const names = width < NARROW ? narrow : figure.layout[axis].ticktext;
      layout[axis] = Object.assign({}, figure.layout[axis], { ticktext: names });
    }
    Plotly.react(element, coloured(figure, dark), layout, { displayModeBar: false });
  }

  // A chart in folded details has no width yet; it is drawn when they are opened.
  function fit(dark, givenWidth) {
    for (const [id, figure] of Object.entries(charts)) {
      const element = document.getElementById(id);
      const width = givenWidth || Math.floor(element.clientWidth);
      const state = width + (dark ? "d" : "l");
      if (width > 0 && drawn.get(id) !== state) draw(element, figure, width, dark);
      if (width > 0) drawn.set(id, state);
    }
  }
  return { fit: fit };
})();

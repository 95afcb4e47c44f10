"use strict";
// Draws the charts from the data block. Colours of text and lines come from the style sheet, so that dark mode and
// print need no redrawing; every figure also stands in a table, so that without scripts nothing is lost.
(function () {
  const NARROW = 460;
  const PRINT_WIDTH = 660;
  const charts = JSON.parse(document.getElementById("chart-data").textContent);
  const drawn = new Map();

  function namesFor(figure, width) {
    const names = {};
    for (const axis of Object.keys(figure.narrow)) {
      names[axis] = width < NARROW ? figure.narrow[axis] : figure.layout[axis].ticktext;
    }
    return names;
  }

  function draw(element, figure, width) {
    const layout = Object.assign({}, figure.layout, { width: width });
    for (const [axis, names] of Object.entries(namesFor(figure, width))) {
      layout[axis] = Object.assign({}, figure.layout[axis], { ticktext: names });
    }
    Plotly.react(element, figure.data, layout, { displayModeBar: false });
    drawn.set(element.id, width);
  }

  function drawAll(widthOf) {
    for (const [id, figure] of Object.entries(charts)) {
      const element = document.getElementById(id);
      const width = Math.floor(widthOf(element));
      if (width > 0 && drawn.get(id) !== width) draw(element, figure, width);
    }
  }

  let waiting = 0;
  const fit = () => drawAll((element) => element.parentElement.clientWidth && element.clientWidth);
  window.addEventListener("resize", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(fit, 120);
  });

  const closed = [];
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      closed.push(details);
      details.open = true;
    }
    drawAll(() => PRINT_WIDTH);
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed.splice(0)) details.open = false;
    fit();
  });
  fit();
})();

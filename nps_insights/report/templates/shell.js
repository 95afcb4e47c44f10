// The page around the charts: light or dark, printing, and tables that scroll by keyboard.
(function () {
  const PRINT_WIDTH = 660;
  const root = document.documentElement;
  const button = document.getElementById("theme-button");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  // Only what is wider than its frame needs a stop for the keyboard.
  function frames() {
    for (const frame of document.querySelectorAll(".table-frame")) {
      if (frame.scrollWidth > frame.clientWidth) {
        frame.tabIndex = 0;
        frame.setAttribute("role", "group");
        frame.setAttribute("aria-label", frame.querySelector("caption").textContent);
      } else {
        frame.removeAttribute("tabindex");
        frame.removeAttribute("role");
        frame.removeAttribute("aria-label");
      }
    }
  }

  let printing = false;
  function refresh() {
    if (printing) return;
    button.setAttribute("aria-pressed", String(isDark()));
    Charts.fit(isDark());
    frames();
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    refresh();
  });
  system.addEventListener("change", refresh);

  let waiting = 0;
  window.addEventListener("resize", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(refresh, 120);
  });
  // The event of a folded part does not bubble; it is caught on its way down.
  document.addEventListener("toggle", refresh, true);

  const closed = [];
  window.addEventListener("beforeprint", () => {
    printing = true;
    for (const details of document.querySelectorAll("details:not([open]):not(.rest)")) {
      closed.push(details);
      details.open = true;
    }
    Charts.fit(false, PRINT_WIDTH);
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    for (const details of closed.splice(0)) details.open = false;
    refresh();
  });
  refresh();
})();

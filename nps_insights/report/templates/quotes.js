// Searches in the quotes of the page. Upper and lower case and accents make no difference.
(function () {
  const STEP = 25;
  const find = (id) => document.getElementById(id);
  const list = find("quote-list");
  const folded = (text) =>
    text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").replace(/\s+/g, " ").trim();

  function start() {
    const search = find("quote-search");
    const theme = find("quote-theme");
    const more = find("quote-more");
    const rows = [...list.querySelectorAll("tbody tr")].map((row) => ({
      row: row, text: folded(row.cells[0].textContent), themes: row.dataset.themes.split("\n"),
    }));
    let most = STEP;

    function show() {
      const words = folded(search.value).split(" ").filter(Boolean);
      const chosen = theme ? theme.value : "";
      const found = rows.filter((one) => words.every((word) => one.text.includes(word))
        && (!chosen || one.themes.includes(chosen))
        && Filters.matches(one.row.dataset.groups, one.row.dataset.periods));
      const shown = new Set(found.slice(0, most));
      for (const one of rows) one.row.hidden = !shown.has(one);
      more.hidden = shown.size === found.length;
      find("quote-count").textContent = found.length === rows.length
        ? shown.size + " of " + rows.length + " shown."
        : found.length + " of " + rows.length + " found" + (shown.size < found.length ? ", " + shown.size + " shown." : ".");
    }

    function changed() {
      most = STEP;
      show();
      Filters.remember({ find: search.value, theme: theme ? theme.value : "" });
    }

    function restore() {
      search.value = Filters.state.find || "";
      if (theme) theme.value = Filters.state.theme || "";
      if (theme && theme.selectedIndex < 0) theme.value = "";
      most = STEP;
      show();
    }

    find("quote-tools").hidden = false;
    list.open = true;
    search.addEventListener("input", changed);
    if (theme) theme.addEventListener("change", changed);
    more.addEventListener("click", () => {
      most += STEP;
      show();
    });
    Filters.listen(restore);
    restore();
  }

  if (list) start();
  Filters.start();
})();

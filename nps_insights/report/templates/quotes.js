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
    const clear = find("quote-clear");
    const frame = list.querySelector(".table-frame");
    const rows = [...list.querySelectorAll("tbody tr")].map((row) => ({
      row: row, text: folded(row.cells[0].textContent), themes: row.dataset.themes.split("\n"),
    }));
    // Typical quotes of an edition without comments belong to no group and no period.
    const isKeyed = rows.some(({ row }) => row.dataset.groups || row.dataset.periods);
    let most = STEP;

    function counted(found, shown) {
      if (!found && list.dataset.none) return list.dataset.none;
      const form = found === rows.length ? "all_quotes" : shown < found ? "some_found" : "found";
      return Filters.say(form, { found: found, shown: shown, total: rows.length });
    }

    // On paper the boxes are gone; what stood in them is told.
    function printed(shown) {
      const parts = [Filters.say("printed", { shown: shown, total: rows.length })];
      if (isKeyed && Filters.named()) parts.push(Filters.named() + ".");
      if (search.value) parts.push(Filters.say("searched", { text: search.value }));
      if (theme && theme.value) parts.push(Filters.say("theme", { text: theme.value }));
      return parts.join(" ");
    }

    function show() {
      const words = folded(search.value).split(" ").filter(Boolean);
      const chosen = theme ? theme.value : "";
      const found = rows.filter((one) => words.every((word) => one.text.includes(word))
        && (!chosen || one.themes.includes(chosen))
        && (!isKeyed || Filters.matches(one.row.dataset.groups, one.row.dataset.periods)));
      const shown = new Set(found.slice(0, most));
      for (const one of rows) one.row.hidden = !shown.has(one);
      more.hidden = shown.size === found.length;
      frame.hidden = !found.length;
      clear.hidden = !search.value && !chosen;
      find("quote-count").textContent = counted(found.length, shown.size);
      find("quote-printed").textContent = printed(shown.size);
      return found;
    }

    function changed() {
      most = STEP;
      list.open = true;
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
    clear.addEventListener("click", () => {
      search.value = "";
      if (theme) theme.value = "";
      changed();
      search.focus();
    });
    // The button may go with the last rows; a reader at the keyboard goes on where the new ones begin.
    more.addEventListener("click", () => {
      const before = most;
      most += STEP;
      const next = show()[before];
      if (!next) return;
      next.row.tabIndex = -1;
      next.row.focus();
    });
    Filters.listen(restore);
    restore();
  }

  if (list) start();
  Filters.start();
})();

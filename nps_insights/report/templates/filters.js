// Narrows the page down to a group and a period. It shows and hides what stands in the page; it computes no figure.
// What is chosen stands in the address, after "#filter?", so that a link brings it back.
const Filters = (function () {
  const MARK = "#filter?";
  const chosen = { by: "", group: "", period: "" };
  const listeners = [];
  const find = (id) => document.getElementById(id);
  const groupSelect = find("filter-group");
  const periodSelect = find("filter-period");
  const clear = find("filter-clear");
  const rows = [...document.querySelectorAll("tr[data-by]")];
  const opened = [];

  const isSet = () => Boolean(chosen.by || chosen.period);
  const named = () =>
    [chosen.by && chosen.by + ": " + chosen.group, chosen.period].filter(Boolean).join(", ");
  const ofGroup = (by, group) => !chosen.by || (by === chosen.by && group === chosen.group);
  const ofPeriod = (period) => !chosen.period || period === chosen.period;
  const matches = (by, group, period) => ofGroup(by, group) && ofPeriod(period);
  const rowMatches = (row) => matches(row.dataset.by, row.dataset.group, row.dataset.period);

  function note(frame, text) {
    let own = frame.nextElementSibling;
    if (!own || !own.classList.contains("filter-note")) {
      if (!text) return;
      own = document.createElement("p");
      own.className = "filter-note";
      frame.after(own);
    }
    own.textContent = text;
    own.hidden = !text;
  }

  // Why a table has nothing of what was chosen, from what its rows are of.
  function nothing(own) {
    if (chosen.period && !own.some((row) => row.dataset.period)) return "of all time, not of " + chosen.period;
    if (chosen.by && !own.some((row) => row.dataset.by)) return "of all answers, not of " + chosen.by + ": " + chosen.group;
    return "";
  }

  function narrow(frame) {
    const own = [...frame.querySelectorAll("tr[data-by]")];
    if (!own.length) return;
    const kept = own.filter(rowMatches);
    for (const row of own) row.hidden = !kept.includes(row);
    frame.hidden = !kept.length;
    if (!isSet()) return note(frame, "");
    const caption = frame.querySelector("caption").textContent;
    const why = nothing(own);
    if (kept.length) note(frame, kept.length + " of " + own.length + (own.length === 1 ? " row" : " rows") + " shown.");
    else note(frame, caption + ": no figure of " + named() + (why ? "; these are " + why : "") + ".");
  }

  function answer() {
    const exact = rows.find((row) => row.dataset.figure && row.dataset.by === chosen.by
      && row.dataset.group === chosen.group && row.dataset.period === chosen.period);
    return named() + ": " + (exact ? exact.dataset.figure : "there is no figure of it in this report") + ".";
  }

  // Groups over time stand folded; what is chosen is shown, and folded again afterwards.
  function unfold() {
    for (const details of opened.splice(0)) details.open = false;
    if (!isSet()) return;
    for (const details of document.querySelectorAll("details.rest:not([open])")) {
      if ([...details.querySelectorAll("tr[data-by]")].some(rowMatches)) {
        details.open = true;
        opened.push(details);
      }
    }
  }

  function show() {
    for (const block of document.querySelectorAll(".own-time")) {
      const periods = [...block.querySelectorAll("tr[data-by]")];
      block.hidden = isSet() && !periods.some(rowMatches);
    }
    for (const frame of document.querySelectorAll(".table-frame")) narrow(frame);
    unfold();
    Charts.keep(isSet() ? (key) => matches(...key.split("\t")) : null, named());
    clear.hidden = !isSet();
    const shown = rows.filter((row) => !row.hidden).length;
    find("filter-said").textContent = isSet()
      ? answer() + " " + shown + " of " + rows.length + " rows of figures are shown." : "";
    for (const listener of listeners) listener();
  }

  function write() {
    const kept = new URLSearchParams(Object.entries(state).filter(([, value]) => value));
    history.replaceState(null, "", [...kept].length ? MARK + kept : location.pathname + location.search);
  }

  const state = {};
  function remember(values) {
    Object.assign(state, values);
    write();
  }

  // A name that this page does not know chooses nothing.
  function read() {
    if (!location.hash.startsWith(MARK)) return false;
    const given = new URLSearchParams(location.hash.slice(MARK.length));
    for (const name of Object.keys(state)) delete state[name];
    for (const [name, value] of given) state[name] = value;
    return true;
  }

  function choose(by, group, period) {
    const options = groupSelect ? [...groupSelect.options] : [];
    const option = options.find((one) => by && one.dataset.by === by && one.dataset.group === group);
    const known = periodSelect && [...periodSelect.options].some((one) => one.value === period);
    Object.assign(chosen, { by: option ? by : "", group: option ? group : "", period: known ? period : "" });
    if (groupSelect) groupSelect.selectedIndex = option ? option.index : 0;
    if (periodSelect) periodSelect.value = chosen.period;
    show();
  }

  function picked() {
    const option = groupSelect ? groupSelect.selectedOptions[0].dataset : {};
    choose(option.by || "", option.group || "", periodSelect ? periodSelect.value : "");
    remember(chosen);
  }

  const restore = () => choose(state.by || "", state.group || "", state.period || "");

  if (find("filters")) {
    find("filters").hidden = false;
    for (const select of [groupSelect, periodSelect]) if (select) select.addEventListener("change", picked);
    clear.addEventListener("click", () => {
      choose("", "", "");
      remember(chosen);
      (groupSelect || periodSelect).focus();
    });
  }
  return {
    state: state, remember: remember, listen: (listener) => listeners.push(listener),
    matches: (groups, periods) => (!chosen.period || periods.split("\n").includes(chosen.period))
      && (!chosen.by || groups.split("\n").includes(chosen.by + "\t" + chosen.group)),
    start: () => {
      const restored = read();
      if (find("filters") && restored) restore();
      window.addEventListener("hashchange", () => {
        if (!read()) return;
        if (find("filters")) restore();
        for (const listener of listeners) listener();
      });
      if (restored && find("filters")) find("filters").scrollIntoView();
    },
  };
})();

// Narrows the page down to a group and a period. It shows and hides what stands in the page; it computes no figure.
// What is chosen stands in the address, after "#filter?", so that a link brings it back.
const Filters = (function () {
  const MARK = "#filter?";
  const chosen = { by: "", group: "", period: "" };
  const listeners = [];
  const find = (id) => document.getElementById(id);
  const words = JSON.parse(find("filter-words").textContent);
  const groupSelect = find("filter-group");
  const periodSelect = find("filter-period");
  const clear = find("filter-clear");
  const rows = [...document.querySelectorAll("tr[data-by]")];
  const opened = [];

  const isSet = () => Boolean(chosen.by || chosen.period);
  const named = () =>
    [chosen.by && say("colon", { head: chosen.by, rest: chosen.group }), chosen.period].filter(Boolean).join(", ");
  const ofGroup = (by, group) => !chosen.by || (by === chosen.by && group === chosen.group);
  const ofPeriod = (period) => !chosen.period || period === chosen.period;
  const matches = (by, group, period) => ofGroup(by, group) && ofPeriod(period);
  const rowMatches = (row) => matches(row.dataset.by, row.dataset.group, row.dataset.period);

  const number = (n) => n.toLocaleString(document.documentElement.lang);
  // A sentence in the language of the page; counts are written as it writes them.
  const say = (name, values) => words[name].replace(/\{(\w+)\}/g, (_, key) =>
    (typeof values[key] === "number" ? number(values[key]) : values[key]));
  const isOne = (n) => n < words.one_below && !(n === 0 && words.zero_is_many);

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

  // That a table has nothing of what was chosen, and why, from what its rows are of.
  function nothing(own, caption) {
    const group = say("colon", { head: chosen.by, rest: chosen.group });
    if (chosen.period && !own.some((row) => row.dataset.period))
      return say("not_of_period", { caption: caption, named: named(), period: chosen.period });
    if (chosen.by && !own.some((row) => row.dataset.by))
      return say("not_of_group", { caption: caption, named: named(), group: group });
    return say("no_figure", { caption: caption, named: named() });
  }

  const notNarrowed = () => (isSet() ? say("not_narrowed", { named: named() }) : "");
  const KEYED = "tr[data-by], tr[data-groups]:not([data-groups='']), tr[data-periods]:not([data-periods=''])";

  // What is not told by group and period is not narrowed: whole chapters, and tables and charts of others.
  function mark() {
    for (const chapter of document.querySelectorAll("section.chapter")) {
      const isNarrowed = chapter.querySelector(KEYED) !== null;
      note(chapter.querySelector("h2"), isNarrowed ? "" : notNarrowed());
      if (!isNarrowed) continue;
      for (const frame of chapter.querySelectorAll(".table-frame, .chart:not([data-keys])"))
        if (!frame.querySelector(KEYED)) note(frame, notNarrowed());
    }
  }

  function narrow(frame) {
    const own = [...frame.querySelectorAll("tr[data-by]")];
    if (!own.length) return;
    const kept = own.filter(rowMatches);
    for (const row of own) row.hidden = !kept.includes(row);
    frame.hidden = !kept.length;
    if (!isSet()) return note(frame, "");
    const caption = frame.querySelector("caption").textContent;
    const form = isOne(own.length) ? "rows_one" : "rows_many";
    note(frame, kept.length ? say(form, { shown: kept.length, total: own.length }) : nothing(own, caption));
  }

  function answer() {
    const exact = rows.find((row) => row.dataset.figure && row.dataset.by === chosen.by
      && row.dataset.group === chosen.group && row.dataset.period === chosen.period);
    return exact ? say("colon", { head: named(), rest: exact.dataset.figure }) + "." : say("no_answer", { named: named() });
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
    mark();
    unfold();
    Charts.keep(isSet() ? (key) => matches(...key.split("\t")) : null, named(), isSet() ? say("only", { named: named() }) : "");
    clear.hidden = !isSet();
    find("filter-said").textContent = isSet() ? answer() + " " + words.marked : "";
    for (const listener of listeners) listener();
  }

  // A chapter's link keeps the choice: where the reader is stands in the address beside what is chosen.
  function write() {
    const kept = Object.entries(state).filter(([, value]) => value);
    const place = state.at ? "#" + state.at : location.pathname + location.search;
    const isPlain = kept.every(([name]) => name === "at");
    try {
      history.replaceState(null, "", isPlain ? place : MARK + new URLSearchParams(kept));
    } catch (refused) {
      // A page shown within another one, as by a notebook, has no address of its own: the choice holds without it.
      if (refused.name !== "SecurityError") throw refused;
    }
  }

  const state = {};
  function remember(values) {
    Object.assign(state, values);
    write();
  }

  // A name that this page does not know chooses nothing.
  function read() {
    if (!location.hash.startsWith(MARK)) {
      remember({ at: location.hash.slice(1) });
      return false;
    }
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

  // A page without groups and periods has a search all the same.
  function returned() {
    if (find("filters")) restore();
    else for (const listener of listeners) listener();
  }

  const restore = () => choose(state.by || "", state.group || "", state.period || "");

  if (find("filters")) {
    find("filters").hidden = false;
    for (const select of [groupSelect, periodSelect]) if (select) select.addEventListener("change", picked);
    clear.addEventListener("click", () => {
      remember({ by: "", group: "", period: "", find: "", theme: "" });
      restore();
      (groupSelect || periodSelect).focus();
    });
  }
  return {
    state: state, remember: remember, say: say, named: () => (isSet() ? named() : ""), listen: (listener) => listeners.push(listener),
    matches: (groups, periods) => (!chosen.period || periods.split("\n").includes(chosen.period))
      && (!chosen.by || groups.split("\n").includes(chosen.by + "\t" + chosen.group)),
    start: () => {
      const restored = read();
      if (restored) returned();
      window.addEventListener("hashchange", () => {
        if (read()) returned();
      });
      const place = restored && (find(state.at || "") || find("filters"));
      if (place) place.scrollIntoView({ behavior: "instant" });
    },
  };
})();

"use strict";
(() => {
  const F = JSON.parse(document.getElementById("facts").textContent);
  const PAGE = 25;                 // families on a page
  const PRINTED = 3000;            // segments that are printed whole; of larger files the page that is shown
  const SEVERITY = ["error", "warning", "note"];
  const STANDING = ["same", "different", "first", "second"];
  const WORDS = ["the same", "different", "only in the first", "only in the second"];
  const $ = (id) => document.getElementById(id);
  const list = $("list");
  const found = F.sides.map((side) => {
    const bySegment = new Map();
    for (const one of side.found) {
      if (!bySegment.has(one[0])) bySegment.set(one[0], []);
      bySegment.get(one[0]).push(one);
    }
    return bySegment;
  });
  const state = { filter: "changed", query: "", page: 0, here: 0, whole: false, shut: new Set() };
  let chosen = [];

  const hasFinding = (part) => part[3].some((twin) => [0, 1].some((side) => twin[side] && found[side].has(twin[side])));
  const passes = {
    all: () => true,
    changed: (part) => part[2] !== 0,
    first: (part) => part[2] === 2,
    second: (part) => part[2] === 3,
    findings: hasFinding,
  };
  const isSame = (twin) => twin[0] && twin[1] && !twin[2].length;

  function matches(part, query) {
    if (part[0].toLowerCase().includes(query)) return true;
    return part[3].some((twin) => [0, 1].some((side) => {
      if (!twin[side]) return false;
      if (F.sides[side].raw[twin[side] - 1].toLowerCase().includes(query)) return true;
      return (found[side].get(twin[side]) || []).some((one) => one[2].toLowerCase().includes(query));
    }));
  }

  function choose() {
    const query = state.query.trim().toLowerCase();
    chosen = [];
    F.parts.forEach((part, index) => {
      if (passes[state.filter](part) && (!query || matches(part, query))) chosen.push(index);
    });
  }

  function make(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function drawSide(side, number, different) {
    const cell = make("div", "");
    if (!number) return cell;
    cell.append(make("div", "number", number));
    const text = make("div", "");
    const raw = make("div", "raw");
    const [id, ...rest] = F.sides[side].raw[number - 1].split(F.marks[side]);
    raw.append(make("b", "", id));
    rest.forEach((element, n) => {
      raw.append(make("i", "", F.marks[side]), different.includes(n + 1) ? make("em", "", element) : element);
    });
    const definition = F.defs[F.sides[side].at[number - 1]];
    const where = definition[0] && !definition[0].endsWith("_LOOP") ? `${definition[0]} · ` : "";
    text.append(raw, make("span", "named", where + (definition[2] || "the guide does not have this segment here")));
    for (const one of found[side].get(number) || []) {
      const box = make("div", `find ${SEVERITY[one[1]]}`);
      box.append(make("b", "", one[2]), ` ${one[3]}`);
      const help = F.sides[side].help[one[2]];
      box.append(make("small", "", [one[4], `SNIP ${one[5]}`, help].filter(Boolean).join(" · ")));
      text.append(box);
    }
    cell.append(text);
    return cell;
  }

  function drawTwin(twin) {
    const kind = isSame(twin) ? "same" : !twin[1] ? "first" : !twin[0] ? "second" : "different";
    const row = make("div", `twin ${kind}`);
    row.append(drawSide(0, twin[0], twin[2]), drawSide(1, twin[1], twin[2]));
    if (twin[2].length) {
      const apart = make("div", "apart");
      const definition = F.defs[F.sides[0].at[twin[0] - 1]];
      const texts = [0, 1].map((side) => F.sides[side].raw[twin[side] - 1].split(F.marks[side]));
      for (const n of twin[2]) {
        const [one, other] = texts.map((parts) => (parts[n] || "").trim() || "–");
        const line = make("span", "", `${definition[1]}${String(n).padStart(2, "0")} ${(definition[3][n - 1] || [""])[0]} `);
        line.append(make("b", "", `${one} → ${other}${one === other ? " (masked; they differ)" : ""}`));
        apart.append(line);
      }
      row.append(apart);
    }
    return row;
  }

  function drawPart(index) {
    const part = F.parts[index];
    const open = !state.shut.has(index);
    const section = make("section", `block${part[1] ? "" : " quiet"}${open ? " open" : ""}`);
    section.dataset.part = index;
    const head = make("div", "head");
    head.append(make("strong", "", part[0]), make("span", `tag ${STANDING[part[2]]}`, WORDS[part[2]]));
    if (hasFinding(part)) head.append(make("span", "tag error", "findings"));
    const same = part[3].filter(isSame).length;
    head.append(make("span", "where", `${part[3].length - same} of ${part[3].length} segments differ`));
    head.addEventListener("click", () => toggle(index));
    section.append(head);
    if (open) {
      const rows = make("div", "rows");
      const drawn = part[3].filter((twin) => state.whole || !isSame(twin) || [0, 1].some((s) => found[s].has(twin[s])));
      rows.append(...drawn.map(drawTwin));
      if (!drawn.length) rows.append(make("div", "status", "All segments are the same."));
      section.append(rows);
    }
    return section;
  }

  const pages = () => Math.max(1, Math.ceil(chosen.length / PAGE));

  function draw() {
    state.page = Math.min(Math.max(state.page, 0), pages() - 1);
    const from = state.page * PAGE;
    state.here = Math.min(Math.max(state.here, from), Math.max(from, Math.min(from + PAGE, chosen.length) - 1));
    list.replaceChildren(...chosen.slice(from, from + PAGE).map(drawPart));
    $("page").textContent = `page ${(state.page + 1).toLocaleString("en")} of ${pages().toLocaleString("en")}`;
    $("back").disabled = state.page === 0;
    $("on").disabled = state.page === pages() - 1;
    for (const button of document.querySelectorAll("[data-filter]")) {
      button.setAttribute("aria-pressed", String(button.dataset.filter === state.filter));
    }
    $("status").textContent = chosen.length ? "" : state.filter === "changed" ? "The files say the same." : "Nothing is like that.";
    point(false);
  }

  function point(scroll) {
    for (const one of list.querySelectorAll(".here")) one.classList.remove("here");
    const section = list.children[state.here - state.page * PAGE];
    if (!section) return;
    section.classList.add("here");
    if (scroll) {
      const bar = document.querySelector(".tools").offsetHeight + 10;
      window.scrollTo({ top: section.getBoundingClientRect().top + window.scrollY - bar });
    }
  }

  function refresh() { state.page = 0; state.here = 0; choose(); draw(); }

  function move(step) {
    const to = state.here + step;
    if (to < 0 || to >= chosen.length) return;
    state.here = to;
    const page = Math.floor(to / PAGE);
    if (page !== state.page) { state.page = page; draw(); }
    point(true);
  }

  function turn(step) { state.page += step; state.here = state.page * PAGE; draw(); point(true); }

  function toggle(index) { if (!state.shut.delete(index)) state.shut.add(index); draw(); }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    n: () => turn(1),
    p: () => turn(-1),
    o: () => { if (chosen.length) { toggle(chosen[state.here]); point(true); } },
    s: () => $("whole").click(),
    "/": () => $("search").focus(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === $("search")) {
      if (event.key === "Escape" || event.key === "Enter") { $("search").blur(); event.preventDefault(); }
      return;
    }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.querySelector("b").textContent = F.parts.filter(passes[button.dataset.filter]).length.toLocaleString("en");
    button.addEventListener("click", () => { state.filter = button.dataset.filter; refresh(); });
  }
  $("search").addEventListener("input", () => { state.query = $("search").value; refresh(); });
  $("whole").addEventListener("change", () => { state.whole = $("whole").checked; draw(); });
  $("back").addEventListener("click", () => turn(-1));
  $("on").addEventListener("click", () => turn(1));
  window.addEventListener("beforeprint", () => {
    const total = chosen.reduce((sum, index) => sum + F.parts[index][3].length, 0);
    if (total <= PRINTED) list.replaceChildren(...chosen.map(drawPart));
  });
  window.addEventListener("afterprint", draw);
  choose();
  draw();
})();

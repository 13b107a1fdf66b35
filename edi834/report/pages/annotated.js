"use strict";
(() => {
  const F = JSON.parse(document.getElementById("facts").textContent);
  const PAGE = 25;                 // blocks on a page
  const PRINTED = 3000;            // segments that are printed whole; of a larger file the page that is shown
  const SEVERITY = ["error", "warning", "note"];
  const REPORTED = ["added", "changed", "ended"];
  const DEPTH = { "2100": 1, "2200": 1, "2300": 1, "2310": 2, "2320": 2, "2330": 3, "2700": 2, "2750": 3, "LS_L": 1 };
  const [ELEMENT, COMPONENT, REPETITION, TERMINATOR] = F.marks;
  const $ = (id) => document.getElementById(id);
  const list = $("list");

  const bySegment = new Map();     // findings by the number of their segment
  for (const found of F.found) {
    if (!bySegment.has(found[0])) bySegment.set(found[0], []);
    bySegment.get(found[0]).push(found);
  }
  const blockOf = (number) => {
    let low = 0, high = F.blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (F.blocks[middle][2] <= number) low = middle; else high = middle - 1;
    }
    return low;
  };
  const worst = new Map();         // of each block: errors, warnings, notes
  for (const found of F.found) {
    if (!found[0]) continue;
    const block = blockOf(found[0]);
    if (!worst.has(block)) worst.set(block, [0, 0, 0]);
    worst.get(block)[found[1]] += 1;
  }

  const state = { filter: "all", query: "", page: 0, here: 0, finding: -1, decode: true, origin: true, shut: new Set() };
  let chosen = [];                 // indices of the blocks that pass filter and search

  const passes = {
    all: () => true,
    added: (block) => block[4] & 1,
    changed: (block) => block[4] & 2,
    ended: (block) => block[4] & 4,
    findings: (_, index) => worst.has(index),
  };

  function matches(block, query) {
    if (block[1].toLowerCase().includes(query)) return true;
    if (block[5].some((kin) => kin[2].toLowerCase().includes(query))) return true;
    for (let n = block[2]; n <= block[3]; n++) {
      const found = bySegment.get(n);
      if (F.raw[n - 1].toLowerCase().includes(query)) return true;
      if (found && found.some((one) => one[2].toLowerCase().includes(query))) return true;
    }
    return false;
  }

  function choose() {
    const query = state.query.trim().toLowerCase();
    const pass = passes[state.filter];
    chosen = [];
    F.blocks.forEach((block, index) => {
      if (pass(block, index) && (!query || matches(block, query))) chosen.push(index);
    });
  }

  function make(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  const day = (text) => /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : "";

  function meaning(place, value, before) {
    if (place[1] && F.codes[place[1]][value]) return F.codes[place[1]][value];
    if (place[2] === 1 || (place[2] === 2 && before === "D8")) return day(value);
    if (place[2] === 2 && before === "RD8") return value.split("-").map(day).filter(Boolean).join(" to ");
    return "";
  }

  function* decoded(number) {
    const definition = F.defs[F.at[number - 1]];
    const elements = F.raw[number - 1].split(ELEMENT);
    for (let n = 1; n < elements.length; n++) {
      const place = definition[3][n - 1];
      if (!place || !elements[n].trim()) continue;
      const ref = definition[1] + String(n).padStart(2, "0");
      for (const one of place[3] ? elements[n].split(REPETITION) : [elements[n]]) {
        if (!place[4].length) {
          yield [ref, place[0], one, meaning(place, one, elements[n - 1])];
          continue;
        }
        const parts = one.split(COMPONENT);
        for (let m = 0; m < parts.length; m++) {
          if (parts[m] && place[4][m]) yield [`${ref}-${m + 1}`, place[4][m][0], parts[m], meaning(place[4][m], parts[m], "")];
        }
      }
    }
  }

  function comesFrom(definition, first, ref) {
    const path = `${definition[0]}/${definition[1]}`;
    const reported = F.from[`${path}[${first}]`] || F.from[path];
    return reported ? reported[ref.slice(definition[1].length)] || "" : "";
  }

  function drawRow(number) {
    const definition = F.defs[F.at[number - 1]];
    const row = make("div", "row");
    row.dataset.number = number;
    row.append(make("div", "number", number));
    const cell = make("div", `l${DEPTH[definition[0].slice(0, 4)] || 0}`);
    const raw = make("div", "raw");
    const [id, ...rest] = F.raw[number - 1].split(ELEMENT);
    raw.append(make("b", "", id));
    for (const text of rest) raw.append(make("i", "", ELEMENT), text);
    raw.append(make("i", "", TERMINATOR.trim() || "⏎"));
    const where = definition[0] && !definition[0].endsWith("_LOOP") ? `${definition[0]} · ` : "";
    raw.append(make("span", "named", where + (definition[2] || "the guide does not have this segment here")));
    cell.append(raw);
    if (state.decode) {
      const words = make("div", "words");
      const wrong = new Set((bySegment.get(number) || []).map((one) => one[4].split("/").pop().replace(/\[.*\]/, "")));
      for (const [ref, name, value, means] of decoded(number)) {
        const word = make("span", wrong.has(ref) ? "wrong" : "");
        word.append(make("var", "", ref), ` ${name} `, make("em", "", value.trim()));
        if (means) word.append(` ${means}`);
        const origin = state.origin ? comesFrom(definition, rest[0], ref) : "";
        if (origin) word.append(make("small", "from", `← ${origin}`));
        words.append(word);
      }
      if (words.childNodes.length) cell.append(words);
    }
    for (const found of bySegment.get(number) || []) cell.append(drawFinding(found));
    row.append(cell);
    return row;
  }

  function drawFinding(found) {
    const box = make("div", `find ${SEVERITY[found[1]]}`);
    box.dataset.finding = F.found.indexOf(found);
    box.append(make("b", "", found[2]), ` ${found[3]}`);
    const at = found[6] ? `set ${found[6]}, segment ${found[7]}` : "";
    const place = [found[4], at, `SNIP ${found[5]}`].filter(Boolean).join(" · ");
    box.append(make("small", "", F.help[found[2]] ? `${place} · ${F.help[found[2]]}` : place));
    return box;
  }

  function drawBlock(index) {
    const block = F.blocks[index];
    const open = !state.shut.has(index);
    const section = make("section", `block${block[0] === 2 ? "" : " quiet"}${open ? " open" : ""}`);
    section.dataset.block = index;
    const head = make("div", "head");
    head.append(make("strong", "", block[1]));
    REPORTED.forEach((word, bit) => { if (block[4] & (1 << bit)) head.append(make("span", `tag ${word}`, word)); });
    (worst.get(index) || []).forEach((n, severity) => {
      if (n) head.append(make("span", `tag ${SEVERITY[severity]}`, `${n} ${SEVERITY[severity]}${n > 1 ? "s" : ""}`));
    });
    if (block[5].length) head.append(make("span", "", block[5].length === 1 ? "1 person" : `${block[5].length} people`));
    head.append(make("span", "where", `segments ${block[2].toLocaleString("en")}–${block[3].toLocaleString("en")}`));
    head.addEventListener("click", () => { toggle(index); });
    section.append(head);
    if (open) {
      const rows = make("div", "rows");
      const begins = new Map(block[5].map((kin) => [kin[0], kin]));
      for (let n = block[2]; n <= block[3]; n++) {
        if (begins.has(n)) rows.append(drawPerson(begins.get(n)));
        rows.append(drawRow(n));
      }
      section.append(rows);
    }
    return section;
  }

  function drawPerson(kin) {
    const person = make("div", "person", `${kin[2]} `);
    const relation = (F.codes["1069"] || {})[kin[3]] || "";
    const action = (F.codes["875"] || {})[kin[4]] || "";
    person.append(make("small", "", [relation, action].filter(Boolean).join(" · ")));
    return person;
  }

  const pages = () => Math.max(1, Math.ceil(chosen.length / PAGE));

  function draw() {
    state.page = Math.min(Math.max(state.page, 0), pages() - 1);
    const from = state.page * PAGE;
    state.here = Math.min(Math.max(state.here, from), Math.max(from, Math.min(from + PAGE, chosen.length) - 1));
    list.replaceChildren(...chosen.slice(from, from + PAGE).map(drawBlock));
    $("page").textContent = `page ${(state.page + 1).toLocaleString("en")} of ${pages().toLocaleString("en")}`;
    $("back").disabled = state.page === 0;
    $("on").disabled = state.page === pages() - 1;
    for (const button of document.querySelectorAll("[data-filter]")) {
      button.setAttribute("aria-pressed", String(button.dataset.filter === state.filter));
    }
    const shown = chosen.length === F.blocks.length ? "" : `${chosen.length.toLocaleString("en")} of ${F.blocks.length.toLocaleString("en")} parts of the file are shown`;
    $("status").textContent = chosen.length ? shown : "Nothing in the file is like that.";
    point(false);
  }

  function point(scroll) {
    for (const one of list.querySelectorAll(".here")) one.classList.remove("here");
    const section = list.children[state.here - state.page * PAGE];
    if (!section) return;
    section.classList.add("here");
    if (scroll) reveal(section.querySelector(".head"));
  }

  function reveal(element) {
    const bar = document.querySelector(".tools").offsetHeight + 10;
    window.scrollTo({ top: element.getBoundingClientRect().top + window.scrollY - bar });
  }

  function refresh() { state.page = 0; state.here = 0; state.finding = -1; choose(); draw(); }

  function move(step) {
    const to = state.here + step;
    if (to < 0 || to >= chosen.length) return;
    state.here = to;
    const page = Math.floor(to / PAGE);
    if (page !== state.page) { state.page = page; draw(); }
    point(true);
  }

  function turn(step) {
    state.page += step;
    state.here = state.page * PAGE;
    draw();
    point(true);
  }

  function toggle(index) {
    if (!state.shut.delete(index)) state.shut.add(index);
    draw();
  }

  function nextFinding(step) {
    const inside = new Set(chosen);
    for (let n = state.finding + step; n >= 0 && n < F.found.length; n += step) {
      const number = F.found[n][0];
      const block = number ? blockOf(number) : -1;
      if (!inside.has(block)) continue;
      state.finding = n;
      state.here = chosen.indexOf(block);
      state.page = Math.floor(state.here / PAGE);
      state.shut.delete(block);
      draw();
      const box = list.querySelector(`[data-finding="${n}"]`);
      if (box) { box.classList.add("now"); box.closest(".row").classList.add("hit"); reveal(box.closest(".row")); }
      return;
    }
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    f: () => nextFinding(1),
    F: () => nextFinding(-1),
    n: () => turn(1),
    p: () => turn(-1),
    o: () => { if (chosen.length) { toggle(chosen[state.here]); point(true); } },
    d: () => $("decode").click(),
    w: () => { if ($("origin")) $("origin").click(); },
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
    const pass = passes[button.dataset.filter];
    button.querySelector("b").textContent = F.blocks.filter((block, index) => pass(block, index)).length.toLocaleString("en");
    button.addEventListener("click", () => { state.filter = button.dataset.filter; refresh(); });
  }
  $("search").addEventListener("input", () => { state.query = $("search").value; refresh(); });
  $("decode").addEventListener("change", () => { state.decode = $("decode").checked; draw(); });
  if ($("origin")) $("origin").addEventListener("change", () => { state.origin = $("origin").checked; draw(); });
  $("back").addEventListener("click", () => turn(-1));
  $("on").addEventListener("click", () => turn(1));

  window.addEventListener("beforeprint", () => {
    const total = chosen.reduce((sum, index) => sum + F.blocks[index][3] - F.blocks[index][2] + 1, 0);
    if (total <= PRINTED) list.replaceChildren(...chosen.map(drawBlock));
  });
  window.addEventListener("afterprint", draw);

  const whole = F.found.filter((found) => !found[0]);
  const more = Object.entries(F.more);
  if (whole.length || more.length) {
    $("about").hidden = false;
    for (const found of whole) $("about").append(drawFinding(found));
    for (const [code, n] of more) $("about").append(make("div", "find note", `${code}: ${n.toLocaleString("en")} more of this kind are not shown; edi834 validate counts them`));
  }
  choose();
  draw();
})();

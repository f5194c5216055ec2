// Makes the pages faster to use. Everything works without this script.

const box = document.querySelector("form.search #q");
const list = document.querySelector("#suggestions");

// Screen readers announce the result when the page is loaded.
const live = document.querySelector(".live");
if (live?.dataset.status) setTimeout(() => { live.textContent = live.dataset.status; }, 150);

// On a narrow screen the row of tabs is moved so that the one of the page is in sight.
const tab = document.querySelector(".tabs [aria-current]");
if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;

// Choosing from a list submits the form; the button is for pages without the script.
for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
  if (select.form.matches(".sort")) select.form.querySelector("button")?.remove();
}

// A filter applies at once; a value is accepted or excluded, not both.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("[type=checkbox], [type=radio]")) return;
    if (target.checked && target.type === "checkbox") {
      for (const other of target.closest("li").querySelectorAll("input")) if (other !== target) other.checked = false;
    }
    form.requestSubmit();
  });
}

// Empty fields are not sent.
for (const form of document.forms) {
  form.addEventListener("submit", () => {
    const empty = [...form.elements].filter((field) => field.name && !field.value);
    for (const field of empty) field.disabled = true;
    setTimeout(() => { for (const field of empty) field.disabled = false; });
  });
}

// `?` opens the help over the page, without leaving it.
const help = document.querySelector("a[data-help]");
async function openHelp() {
  const answer = await fetch(help.href);
  const text = new DOMParser().parseFromString(await answer.text(), "text/html");
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", help.textContent);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = help.dataset.help;
  close.addEventListener("click", () => dialog.close());
  dialog.append(close, ...text.querySelector("main").children);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// `/` goes to the box; j and k go down and up the list, and from match to match in an article.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.key === "/") {
    const input = box ?? document.querySelector("#q");
    if (!input) return;
    event.preventDefault();
    input.focus();
    input.select();
  } else if (event.key === "?" && help && !document.querySelector("dialog")) {
    event.preventDefault();
    openHelp();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".hit h2 a, .kwic td.match a, .whole mark")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    const next = event.key === "j" ? at + 1 : at < 0 ? 0 : at - 1;
    const link = links[Math.max(0, Math.min(next, links.length - 1))];
    if (link.tagName === "MARK") link.tabIndex = -1;
    link.focus();
    link.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  }
});

// Suggestions while typing, also while an input method composes a syllable: its keys are its own,
// but the text is there.
if (box && list) {
  let asked = 0;
  let timer;
  let chosen = -1;
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  const close = () => {
    asked += 1;
    chosen = -1;
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const choose = (number) => {
    const items = [...list.children];
    chosen = (number + items.length + 1) % (items.length + 1);
    if (chosen === items.length) chosen = -1;
    items.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
    if (chosen < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", items[chosen].id);
  };
  const take = (item) => {
    box.value = item.dataset.query;
    close();
    box.form.requestSubmit();
  };
  const show = (suggestions) => {
    list.replaceChildren(...suggestions.map(({ query, articles }, i) => {
      const item = document.createElement("li");
      item.id = `suggestion-${i}`;
      item.role = "option";
      item.dataset.query = query;
      const text = document.createElement("span");
      text.textContent = query;
      text.lang = "vi";
      const number = document.createElement("span");
      number.className = "number";
      number.textContent = articles.toLocaleString(document.documentElement.lang);
      item.append(text, number);
      return item;
    }));
    choose(-1);
    list.hidden = suggestions.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
  };
  // The text as the form would search for it, with its filters.
  const searched = () => {
    const form = new FormData(box.form);
    const asked = new URLSearchParams({ q: box.value, limit: 8 });
    const known = list.dataset.filters.split(" ");
    for (const [name, value] of form) if (known.includes(name)) asked.append(name, value);
    const [from, to] = [form.get("from"), form.get("to")];
    if (from || to) asked.set("date", `${from ?? ""}..${to ?? ""}`);
    if (!["/", ""].includes(new URL(box.form.action).pathname)) asked.set("phrase", "true");
    return asked;
  };
  const ask = async () => {
    const mine = ++asked;
    if (!box.value.trim()) return close();
    try {
      const answer = await fetch(`${list.dataset.href}?${searched()}`);
      if (mine !== asked || !answer.ok) return;
      show((await answer.json()).suggestions);
    } catch {
      close();
    }
  };
  close();
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 80);
  });
  box.addEventListener("keydown", (event) => {
    // Safari ends a composition before its last key.
    if (event.isComposing || event.keyCode === 229 || list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? list.children.length - 1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) take(list.children[chosen]);
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) take(item);
  });
}

// Drag over the histogram to choose a time.
for (const chart of document.querySelectorAll("svg[data-brush]")) {
  const columns = [...chart.querySelectorAll("[data-from]")];
  let from = -1;
  let to = -1;
  let band;
  const at = (event) => {
    const { left, width } = chart.getBoundingClientRect();
    const share = (event.clientX - left) / width;
    return Math.max(0, Math.min(columns.length - 1, Math.floor(share * columns.length)));
  };
  const draw = () => {
    const wide = 100 / columns.length;
    band.setAttribute("x", Math.min(from, to) * wide);
    band.setAttribute("width", (Math.abs(to - from) + 1) * wide);
  };
  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = to = at(event);
  });
  chart.addEventListener("pointermove", (event) => {
    if (from < 0) return;
    to = at(event);
    if (to === from && !band) return;
    if (!band) {
      band = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      band.setAttribute("class", "selected");
      band.setAttribute("y", 0);
      band.setAttribute("height", 40);
      chart.append(band);
      chart.setPointerCapture(event.pointerId);
    }
    draw();
  });
  chart.addEventListener("pointercancel", () => { from = -1; band?.remove(); band = undefined; });
  chart.addEventListener("pointerup", () => {
    if (band) {
      const [first, last] = [Math.min(from, to), Math.max(from, to)];
      const address = new URL(location.href);
      for (const name of ["page", "view", "date"]) address.searchParams.delete(name);
      address.searchParams.set("from", columns[first].dataset.from);
      address.searchParams.set("to", columns[last].dataset.to);
      location.assign(address);
    }
    from = -1;
  });
  // The end of a drag is not a click.
  chart.addEventListener("click", (event) => { if (band) event.preventDefault(); }, true);
}

// Steps from match to match in an article, and a link to each.
for (const steps of document.querySelectorAll(".steps")) {
  const marks = [...document.querySelectorAll(".whole mark[id]")];
  let at = Math.max(0, marks.findIndex((mark) => mark.id === location.hash.slice(1)));
  const go = (number) => {
    at = (number + marks.length) % marks.length;
    const mark = marks[at];
    history.replaceState(null, "", `#${mark.id}`);
    mark.tabIndex = -1;
    mark.focus({ preventScroll: true });
    mark.scrollIntoView({ block: "center" });
  };
  const button = (name, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet";
    made.textContent = name;
    made.addEventListener("click", () => act(made));
    steps.append(made);
  };
  const { earlier, later, copy, copied } = steps.dataset;
  if (marks.length > 1) {
    button(`↑ ${earlier}`, () => go(at - 1));
    button(`↓ ${later}`, () => go(at + 1));
  }
  // Browsers have a clipboard on secure sites and on this machine only.
  if (navigator.clipboard) button(copy, async (made) => {
    const address = new URL(location.href);
    address.hash = marks[at].id;
    await navigator.clipboard.writeText(address.href);
    made.textContent = copied;
    setTimeout(() => { made.textContent = copy; }, 2000);
  });
}

// A chart has one tab stop for each series; arrow keys go on from there, and the description of a
// point is shown below the chart.
for (const chart of document.querySelectorAll(".lines > svg")) {
  const note = chart.parentElement.querySelector(".point");
  const show = (event) => {
    const link = event.target.closest?.("a");
    if (link) note.textContent = link.querySelector("title").textContent;
  };
  chart.addEventListener("focusin", show);
  chart.addEventListener("pointerover", show);
  chart.addEventListener("keydown", (event) => {
    const link = event.target.closest?.("a");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    const points = [...link.parentElement.querySelectorAll("a")];
    const at = points.indexOf(link);
    const series = [...chart.querySelectorAll(".series")].filter((group) => group.querySelector("a"));
    const beside = (step) => {
      const other = series[series.indexOf(link.parentElement) + step]?.querySelectorAll("a");
      return other && [...other].reduce((near, point) => distance(point, link) < distance(near, link) ? point : near);
    };
    const next = { ArrowRight: points[at + 1], ArrowLeft: points[at - 1], Home: points[0], End: points.at(-1), ArrowDown: beside(1), ArrowUp: beside(-1) };
    if (!(event.key in next)) return;
    event.preventDefault();
    const to = next[event.key];
    if (!to) return;
    for (const point of to.parentElement.querySelectorAll("a")) point.setAttribute("tabindex", point === to ? "0" : "-1");
    to.focus();
  });
}
function distance(one, other) {
  const x = (link) => Number(link.querySelector("use").getAttribute("x"));
  return Math.abs(x(one) - x(other));
}

// A chart as PNG: the browser draws the SVG file, at twice its size.
for (const link of document.querySelectorAll("a[data-png]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = link.dataset.png;
  button.addEventListener("click", async () => {
    const image = new Image();
    image.src = link.href;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth * 2, image.naturalHeight * 2];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => {
      const file = document.createElement("a");
      file.href = URL.createObjectURL(blob);
      file.download = "timbao-trends.png";
      file.click();
      setTimeout(() => URL.revokeObjectURL(file.href), 10000);
    }, "image/png");
  });
  link.after(button);
}

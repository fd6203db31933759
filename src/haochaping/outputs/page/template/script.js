// Comfort only: the page is complete without this script. It fetches nothing and stores nothing.
(function () {
  "use strict";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // Regions that scroll are stops for the keyboard; those that have nothing to scroll are not.
  function measureRegions() {
    all(".table-scroll, .drawing-wide, .drawing-only").forEach((region) => {
      const scrolls = region.scrollWidth > region.clientWidth + 1;
      region.toggleAttribute("data-scrolls", scrolls);
      if (scrolls || region.scrollHeight > region.clientHeight + 1) region.tabIndex = 0;
      else region.removeAttribute("tabindex");
    });
  }

  // Sorting: descending, ascending, as printed. Totals stay where they are; what is no number comes last.
  function valueOf(row, column) {
    return row.cells[column].textContent.trim();
  }

  function compare(a, b, order) {
    const [x, y] = [a, b].map((text) => parseFloat(text.replace(/,/g, "")));
    if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
    return order === "descending" ? y - x : x - y;
  }

  function sortBy(table, heading, column) {
    const next = { none: "descending", descending: "ascending", ascending: "none" };
    const order = next[heading.getAttribute("aria-sort") || "none"];
    all("th[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
    if (order !== "none") heading.setAttribute("aria-sort", order);
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    rows.forEach((row, place) => { if (!row.dataset.place) row.dataset.place = place + 1; });
    rows.sort((a, b) => {
      const printed = a.dataset.place - b.dataset.place;
      return (order === "none" ? 0 : compare(valueOf(a, column), valueOf(b, column), order)) || printed;
    });
    rows.forEach((row) => body.appendChild(row));
  }

  // The sorting buttons of a table are one stop: left and right move among them; the caption says so meanwhile.
  function makeSortable(table) {
    const buttons = all("thead th:not([scope=colgroup]):not(.check)", table).slice(1).map((heading, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.tabIndex = place ? -1 : 0;
      button.title = "按此列排序；左右键选列";
      button.append(...Array.from(heading.childNodes));
      heading.append(button);
      button.addEventListener("click", () => sortBy(table, heading, place + 1));
      return button;
    });
    table.tHead.addEventListener("focusin", (event) => {
      table.toggleAttribute("data-choosing", event.target.matches(".sort:focus-visible"));
    });
    table.tHead.addEventListener("focusout", () => table.removeAttribute("data-choosing"));
    table.tHead.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const target = buttons[buttons.indexOf(document.activeElement) + step];
      if (!step || !target) return;
      event.preventDefault();
      buttons.forEach((button) => { button.tabIndex = button === target ? 0 : -1; });
      target.focus();
    });
  }

  // One button opens and closes all code.
  function addCodeButton() {
    const folds = all("details.code");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "all-code";
    const say = () => { button.textContent = folds.every((fold) => fold.open) ? "收起全部代码" : "展开全部代码"; };
    button.addEventListener("click", () => {
      const open = !folds.every((fold) => fold.open);
      folds.forEach((fold) => { fold.open = open; });
      say();
    });
    folds.forEach((fold) => fold.addEventListener("toggle", say));
    say();
    document.querySelector("#contents details").append(button);
  }

  // Where one is, in the contents.
  function followReading() {
    const links = new Map(all("#contents a").map((link) => [link.hash.slice(1), link]));
    const watch = new IntersectionObserver((entries) => {
      entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
        links.forEach((link) => link.removeAttribute("aria-current"));
        links.get(entry.target.id).setAttribute("aria-current", "true");
      });
    }, { rootMargin: "-20% 0px -75% 0px" });
    all("main > section").forEach((section) => watch.observe(section));
  }

  // A link into a fold opens it (new browsers do this by themselves), also when the fold was closed since.
  function openFolds(hash) {
    const target = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
    const folds = [];
    for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) folds.push(fold);
    const closed = folds.filter((fold) => !fold.open);
    closed.forEach((fold) => { fold.open = true; });
    return closed.length ? target : null;
  }

  function openTarget() {
    const target = openFolds(location.hash);
    if (target) target.scrollIntoView();
  }

  // Before the browser goes there.
  function openOnClick(event) {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link) openFolds(link.hash);
  }

  // On paper what is folded and needed is open (new browsers do this by the style sheet alone).
  function openForPrint() {
    const folded = all(".matter > details, details.hints");
    let opened = [];
    window.addEventListener("beforeprint", () => {
      opened = folded.filter((fold) => !fold.open);
      opened.forEach((fold) => { fold.open = true; });
    });
    window.addEventListener("afterprint", () => opened.forEach((fold) => { fold.open = false; }));
  }

  // On narrow screens the contents stand before the text: folded there.
  if (matchMedia("(max-width: 900px)").matches) document.querySelector("#contents details").open = false;

  all("table[data-sortable]").forEach(makeSortable);
  addCodeButton();
  followReading();
  openForPrint();
  openTarget();
  window.addEventListener("hashchange", openTarget);
  document.addEventListener("click", openOnClick);
  measureRegions();
  window.addEventListener("resize", measureRegions);
  if (document.fonts) document.fonts.ready.then(measureRegions);
})();

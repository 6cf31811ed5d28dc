// Sorting, tooltips and arrow keys. Without this script the page holds the same figures.
"use strict";
(() => {
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const text = cell ? (cell.dataset.order ?? cell.textContent.trim()) : "";
    return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (a === b) return 0;
    // What is undefined stands last either way.
    if (a === "" || a === "–") return Infinity;
    if (b === "" || b === "–") return -Infinity;
    return String(a).localeCompare(String(b), "en", { numeric: true });
  };
  const sortBody = (body, column, direction) => {
    body.dataset.kept ??= "yes";
    const rows = [...body.rows].filter((row) => !row.classList.contains("part"));
    rows.forEach((row, place) => (row.dataset.place ??= String(place)));
    rows.sort((one, other) => {
      const order = direction ? compare(keyOf(one, column), keyOf(other, column)) : 0;
      const sign = Math.abs(order) === Infinity ? Math.sign(order) : order * direction;
      return sign || one.dataset.place - other.dataset.place;
    });
    rows.forEach((row) => body.append(row));
  };
  document.querySelectorAll("table[data-sortable]").forEach((table) => {
    const headings = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[heading.ariaSort ?? "none"];
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        if (next !== "none") heading.setAttribute("aria-sort", next);
        const direction = { none: 0, ascending: 1, descending: -1 }[next];
        [...table.tBodies].forEach((body) => sortBody(body, column, direction));
      });
    });
  });

  const tip = document.getElementById("tip");
  let shown = null;
  const hide = () => {
    if (!shown) return;
    shown.mark.classList.remove("on");
    shown.mark.prepend(shown.title);
    shown = null;
    tip.hidden = true;
  };
  const show = (mark) => {
    if (shown && shown.mark === mark) return;
    hide();
    const title = mark.querySelector("title");
    shown = { mark, title };
    // The browser's own tooltip would lie over ours.
    title.remove();
    mark.classList.add("on");
    tip.textContent = title.textContent;
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const left = Math.min(Math.max(box.left + box.width / 2 - tip.offsetWidth / 2, 4), innerWidth - tip.offsetWidth - 4);
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 4 ? above : box.bottom + 8}px`;
  };
  document.querySelectorAll("svg.picture").forEach((picture) => {
    const marks = [...picture.querySelectorAll(".mark")];
    if (!marks.length) return;
    picture.tabIndex = 0;
    picture.addEventListener("pointerover", (event) => {
      const mark = event.target.closest(".mark");
      if (mark) show(mark);
      else hide();
    });
    picture.addEventListener("pointerleave", hide);
    picture.addEventListener("blur", hide);
    picture.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step) return;
      event.preventDefault();
      const now = shown ? marks.indexOf(shown.mark) : -1;
      show(marks[(now + step + marks.length) % marks.length]);
    });
  });
  document.addEventListener("scroll", hide, { passive: true, capture: true });
})();

"use strict";

// Sorting. A heading of one column becomes a button; what has no value stays at the end.

/** The headings of single columns with the places of their columns. */
function columnsOf(head) {
  const taken = [...head.rows].map(() => []);
  const columns = [];
  [...head.rows].forEach((row, y) => {
    let x = 0;
    for (const heading of row.cells) {
      while (taken[y][x]) x += 1;
      if (heading.scope === "col") columns.push([heading, x]);
      for (let down = 0; down < heading.rowSpan; down += 1) {
        for (let right = 0; right < heading.colSpan; right += 1) taken[y + down][x + right] = true;
      }
    }
  });
  return columns;
}

/** Order the rows of a table's body by a column; rows that are alike keep their order. */
function sortRows(body, column, descending) {
  const numeric = body.querySelector(`tr > :nth-child(${column + 1})[data-value]`) !== null;
  const keyOf = (row) => {
    const cell = row.cells[column];
    if (!numeric) return cell.textContent.trim();
    return "value" in cell.dataset ? Number(cell.dataset.value) : null;
  };
  const direction = descending ? -1 : 1;
  const compare = (one, other) => {
    if (one === null || other === null) return (one === null) - (other === null);
    if (!numeric) return direction * one.localeCompare(other, "en", { numeric: true });
    return one === other ? 0 : direction * (one < other ? -1 : 1);
  };
  const rows = [...body.rows].map((row) => [keyOf(row), row]);
  rows.sort((one, other) => compare(one[0], other[0]));
  body.append(...rows.map(([, row]) => row));
}

function makeSortable(table) {
  const status = document.querySelector("[role=status]");
  const columns = columnsOf(table.tHead);
  for (const [heading, column] of columns) {
    const button = document.createElement("button");
    const mark = document.createElement("span");
    button.type = "button";
    button.append(...heading.childNodes);
    const name = [...button.childNodes].map((node) => node.textContent.trim()).join(" ");
    mark.ariaHidden = "true";
    button.append(mark);
    heading.append(button);
    button.addEventListener("click", () => {
      const descending = heading.ariaSort === "ascending";
      for (const [other] of columns) other.removeAttribute("aria-sort");
      heading.ariaSort = descending ? "descending" : "ascending";
      sortRows(table.tBodies[0], column, descending);
      status.textContent = `Sorted by ${name}, ${heading.ariaSort}`;
    });
  }
}

// Figures. A button, or a click on the image, opens it at full size; Escape closes it again.

function makeEnlargeable(figure, dialog) {
  const image = figure.querySelector("img");
  const button = figure.querySelector("button");
  const caption = figure.querySelector("figcaption").textContent;
  const open = () => {
    const copy = image.cloneNode();
    for (const name of ["style", "width", "height", "class"]) copy.removeAttribute(name);
    dialog.querySelector("h2").textContent = figure.dataset.title;
    dialog.querySelector("div").replaceChildren(copy);
    dialog.querySelector("p").textContent = caption;
    dialog.showModal();
  };
  button.hidden = false;
  button.addEventListener("click", open);
  image.addEventListener("click", open);
  image.classList.add("opens");
}

// The gallery: of all attacks those that were chosen, under the same images.

function makeChoosable(gallery) {
  const form = gallery.querySelector("form");
  const rows = [...gallery.querySelectorAll("li[data-target]")];
  const show = () => {
    for (const row of rows) {
      const differs = ({ name, value }) => value && row.dataset[name] !== value;
      row.hidden = [...form.elements].some(differs);
    }
    const shown = rows.filter((row) => !row.hidden).length;
    const said = shown ? `${shown} of ${rows.length} attacks shown` : "No such attack was made";
    document.querySelector("[role=status]").textContent = said;
    gallery.querySelector("output").textContent = shown ? "" : said;
  };
  form.addEventListener("change", show);
}

// What is cut off at its right edge fades there, until it is scrolled to its end.

function markCut(region) {
  const mark = () => {
    const hidden = region.scrollWidth - region.clientWidth - region.scrollLeft;
    region.classList.toggle("cut", hidden > 1);
  };
  region.addEventListener("scroll", mark, { passive: true });
  new ResizeObserver(mark).observe(region);
}

for (const table of document.querySelectorAll("table.sortable")) {
  if (table.tBodies[0].rows.length > 1) makeSortable(table);
}
const dialog = document.getElementById("large");
for (const figure of document.querySelectorAll("figure[data-kind]")) makeEnlargeable(figure, dialog);
for (const gallery of document.querySelectorAll(".gallery")) makeChoosable(gallery);
for (const region of document.querySelectorAll(".scroll:not(dialog .scroll)")) markCut(region);
for (const hint of document.querySelectorAll(".hint")) hint.hidden = false;

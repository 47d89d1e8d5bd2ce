"""What a reader would see amiss on a page: JavaScript that looks for it in a browser."""

# What can be seen, said shortly.
_SHARED = """
const visible = (one) => one.checkVisibility() && !one.closest(".spoken, dialog");
const said = (one) => `${one.tagName}: ${one.textContent.trim().slice(0, 40)}`;
"""

# Elements that reach beyond the window, but those that scroll inside a region of their own, or are
# cut to it.
BEYOND_THE_EDGE = f"""{_SHARED}
return [...document.body.querySelectorAll("*")].filter((one) => {{
  const box = one.getBoundingClientRect();
  return visible(one) && !one.parentElement.closest(".scroll, pre, svg")
    && (box.right > window.innerWidth + 1 || box.left < -1);
}}).map(said);
"""

# Pairs of blocks that cover each other, and how many blocks there are.
OVERLAPPING = f"""{_SHARED}
const kinds = "h1, h2, h3, p, li, .scroll, .sheet, img, figcaption, figure button, form, summary, "
  + "dt, dd, pre";
const boxes = [...document.querySelectorAll(kinds)]
  .filter((one) => visible(one) && !one.parentElement.closest(".scroll"))
  .map((one) => [one, one.getBoundingClientRect()]);
const pairs = [];
boxes.forEach(([one, a], place) => boxes.slice(place + 1).forEach(([other, b]) => {{
  const apart = a.right <= b.left + 1 || b.right <= a.left + 1
    || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  if (!apart && !one.contains(other)) pairs.push([said(one), said(other)]);
}}));
return [pairs, boxes.length];
"""

# Words of a table that leave their cell, and so stand on those of the next.
OUT_OF_THEIR_CELLS = f"""{_SHARED}
const range = document.createRange();
return [...document.querySelectorAll("th, td")].filter((cell) => {{
  range.selectNodeContents(cell);
  const [text, box] = [range.getBoundingClientRect(), cell.getBoundingClientRect()];
  return text.width && (text.right > box.right + 1 || text.left < box.left - 1);
}}).map(said);
"""

# Luminance of the paper, texts with a contrast below 4.5 to 1 (WCAG 2), how many were looked at.
CONTRASTS = f"""{_SHARED}
const luminance = (colour) => {{
  const [red, green, blue] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {{
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }});
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}};
const ground = (one) => {{
  const colour = getComputedStyle(one).backgroundColor;
  if (!colour.endsWith(", 0)") || !one.parentElement) return colour;
  return ground(one.parentElement);
}};
const texts = [...document.body.querySelectorAll("*")].filter((one) => visible(one)
  && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
const faint = texts.filter((one) => {{
  const [low, high] = [luminance(getComputedStyle(one).color), luminance(ground(one))]
    .sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05) < 4.5;
}});
return [luminance(ground(document.body)), faint.map(said), texts.length];
"""

// Packs ../flags.svg: one <symbol> per country code, small enough to load once and keep.
// Coats of arms cannot be seen at 20 px: a heavy flag keeps its field and as much of its emblem as BUDGET allows.
import fs from "node:fs";
import { optimize } from "svgo";

const FOLDER = new URL("node_modules/flag-icons/flags/4x3/", import.meta.url);
const WHOLE = 800; // characters up to which a flag is kept as it is
const TOLD_APART_BY_STARS = new Set(["au", "nz"]); // kept whole at any size
const BUDGET = 330; // characters that are kept of a heavier one
const LONGEST_PART = 340;

const symbols = fs
  .readdirSync(FOLDER)
  .filter((file) => /^[a-z]{2}\.svg$/.test(file))
  .sort()
  .map((file) => symbol(file.slice(0, 2), fs.readFileSync(new URL(file, FOLDER), "utf8")));
fs.writeFileSync(
  new URL("../flags.svg", import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">${symbols.join("")}</svg>\n`,
);

function symbol(code, source) {
  const { data } = optimize(source, {
    multipass: true,
    floatPrecision: 1,
    plugins: ["preset-default", { name: "prefixIds", params: { prefix: code, delim: "" } }],
  });
  const inner = data.replace(/^<svg[^>]*>/, "").replace(/<\/svg>$/, "");
  return `<symbol id="${code.toUpperCase()}" viewBox="0 0 640 480">${inner.length > WHOLE && !TOLD_APART_BY_STARS.has(code) ? lighter(inner) : inner}</symbol>`;
}

function lighter(inner) {
  let left = BUDGET;
  const open = [];
  let kept = "";
  const drawn = inner.replace(/<defs>.*?<\/defs>|<clipPath.*?<\/clipPath>| clip-path="[^"]*"/gs, "");
  for (const [tag] of drawn.matchAll(/<[^>]+>/g)) {
    if (tag.startsWith("</")) {
      if (open.pop()) kept += tag;
      continue;
    }
    const fits = tag.length <= Math.min(left, LONGEST_PART) && !/url\(|href=/.test(tag) && open.every(Boolean);
    if (!tag.endsWith("/>")) open.push(fits);
    if (!fits) continue;
    kept += tag;
    left -= tag.length;
  }
  return kept.replace(/<g[^>]*><\/g>/g, "");
}

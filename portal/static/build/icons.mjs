// Collects ../icons.json: the inside of each Lucide icon that the pages use, by name.
import fs from "node:fs";

const USED = `
  activity app-window arrow-down-right arrow-left arrow-right arrow-up-right building-2 calendar check chevron-down
  chevron-left chevron-right chevrons-up-down circle-alert circle-check circle-help clock code compass copy ellipsis
  external-link eye file-text filter gauge globe house hourglass key-round languages laptop layers layout-dashboard
  link list-filter loader-circle lock log-out mail map-pin megaphone menu minus monitor moon mouse-pointer-click
  palette pencil plus radio refresh-cw search search-x settings share-2 smartphone sun sun-moon tablet target
  timer trash-2 trending-up triangle-alert tv user users wifi-off x zap
`;

const icons = {};
for (const name of USED.trim().split(/\s+/)) {
  const svg = fs.readFileSync(new URL(`node_modules/lucide-static/icons/${name}.svg`, import.meta.url), "utf8");
  icons[name] = svg.match(/<svg.*?>(.*)<\/svg>/s)[1].replace(/\s+/g, " ").replaceAll(" />", "/>").replaceAll("> <", "><").trim();
}
fs.writeFileSync(new URL("../icons.json", import.meta.url), JSON.stringify(icons, null, 1) + "\n");

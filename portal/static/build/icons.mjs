// Collects ../icons.json: the inside of each Lucide icon that the pages use, by name, and a few logos.
import fs from "node:fs";

const USED = `
  activity app-window arrow-down-right arrow-left arrow-right arrow-up-right building-2 calendar car check chevron-down
  chevron-left chevron-right chevrons-up-down circle-alert circle-check circle-help clock code compass copy ellipsis
  external-link eye file-text filter gauge gamepad-2 globe grid-2x2 house hourglass key-round languages laptop layers layout-dashboard
  link list-filter loader-circle lock log-out mail map-pin megaphone menu minus monitor moon mouse-pointer-click
  palette pencil plus radio refresh-cw search search-x settings share-2 smartphone sun sun-moon tablet target
  terminal timer trash-2 trending-up triangle-alert tv user users watch wifi-off x zap
`;

const icons = {};
for (const name of USED.trim().split(/\s+/)) {
  const svg = fs.readFileSync(new URL(`node_modules/lucide-static/icons/${name}.svg`, import.meta.url), "utf8");
  icons[name] = svg.match(/<svg.*?>(.*)<\/svg>/s)[1].replace(/\s+/g, " ").replaceAll(" />", "/>").replaceAll("> <", "><").trim();
}
// Simple Icons, for browsers and systems that people know by their logo.
const LOGOS = { chrome: "googlechrome", firefox: "firefoxbrowser", opera: "opera", vivaldi: "vivaldi", android: "android", apple: "apple" };
for (const [name, file] of Object.entries(LOGOS)) {
  const svg = fs.readFileSync(new URL(`node_modules/simple-icons/icons/${file}.svg`, import.meta.url), "utf8");
  icons[`logo-${name}`] = svg.match(/<path [^>]*>/)[0].replace("<path", '<path fill="currentColor" stroke="none"');
}
fs.writeFileSync(new URL("../icons.json", import.meta.url), JSON.stringify(icons, null, 1) + "\n");

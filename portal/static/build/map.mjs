// Draws ../world.svg: one path per country with its ISO code as id, Natural Earth projection, whole numbers only.
// A page shows <use href="world.svg#land"> once in grey and one <use href="world.svg#DE"> per country with visitors.
import fs from "node:fs";
import { geoNaturalEarth1, geoPath } from "d3-geo";
import iso from "i18n-iso-countries";
import { feature } from "topojson-client";
import { presimplify, quantile, simplify } from "topojson-simplify";

const WIDTH = 1800;
const KEPT_POINTS = 0.12; // share of Natural Earth's 1:50m points: coasts stay recognisable at 900 px
const SMALLEST_ISLAND = 16; // square units; a country's largest part always stays
const WITHOUT_NUMBER = { Kosovo: "XK", Somaliland: "SO", "N. Cyprus": "CY" };

const atlas = JSON.parse(fs.readFileSync(new URL("node_modules/world-atlas/countries-50m.json", import.meta.url)));
const weighted = presimplify(atlas);
const topology = simplify(weighted, quantile(weighted, KEPT_POINTS));
const countries = feature(topology, topology.objects.countries).features.filter((c) => c.properties.name !== "Antarctica");
// precision(0): no points added along great circles, which at this size only cost bytes.
const projection = geoNaturalEarth1().rotate([-11, 0]).precision(0).fitWidth(WIDTH, { type: "FeatureCollection", features: countries });

const rings = new Map();
for (const country of countries) {
  const code = iso.numericToAlpha2(country.id ?? "") ?? WITHOUT_NUMBER[country.properties.name];
  if (code) rings.set(code, [...(rings.get(code) ?? []), ...ringsOf(country)]);
}

let height = 0;
for (const all of rings.values()) for (const ring of all) for (const [, y] of ring) height = Math.max(height, y);
const paths = [...rings].sort().map(([code, all]) => `<path id="${code}" d="${all.map(relative).join("")}"/>`);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}"><g id="land">${paths.join("")}</g></svg>\n`;
fs.writeFileSync(new URL("../world.svg", import.meta.url), svg);

function ringsOf(country) {
  const found = [];
  geoPath(projection, {
    moveTo: (x, y) => found.push([[Math.round(x), Math.round(y)]]),
    lineTo: (x, y) => found.at(-1).push([Math.round(x), Math.round(y)]),
    closePath() {},
    arc() {},
    beginPath() {},
  })(country);
  found.sort((a, b) => Math.abs(area(b)) - Math.abs(area(a)));
  return found.filter((ring, i) => (i ? Math.abs(area(ring)) >= SMALLEST_ISLAND : true)).map(visible);
}

function area(ring) {
  return ring.reduce((sum, [x, y], i) => {
    const [px, py] = ring.at(i - 1);
    return sum + (px * y - x * py) / 2;
  }, 0);
}

// A state of one or two units (Singapore, Malta) would draw as nothing: give it a small square.
function visible(ring) {
  if (Math.abs(area(ring)) >= 4) return ring;
  const [x, y] = ring[0];
  return [[x - 2, y - 2], [x + 2, y - 2], [x + 2, y + 2], [x - 2, y + 2]];
}

function relative(ring) {
  let [px, py] = ring[0];
  let path = `M${px} ${py}l`;
  for (const [x, y] of ring.slice(1)) {
    if (x === px && y === py) continue;
    const dx = x - px;
    const dy = y - py;
    path += `${dx < 0 || path.endsWith("l") ? "" : " "}${dx}${dy < 0 ? "" : " "}${dy}`;
    [px, py] = [x, y];
  }
  return path + "z";
}

#!/bin/sh
# Cuts the fonts that we serve. Needs fonttools and brotli: pip install fonttools brotli
set -eu
cd "$(dirname "$0")"
subset=$(mktemp)
trap 'rm -f "$subset"' EXIT

# ../inter.woff2: Western European letters, weights 400 to 700, tabular figures; 22 KB instead of 48.
letters="U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+2010-2015,U+2018-201A,U+201C-201E,U+2020-2022,U+2026,U+202F,U+2030"
letters="$letters,U+2032,U+2033,U+2039,U+203A,U+20AC,U+2122,U+2190-2193,U+2196-2199,U+2212"
pyftsubset node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2 --unicodes="$letters" \
  --layout-features=kern,tnum,cv11,ccmp,mark --flavor=woff2 --output-file="$subset"
fonttools varLib.instancer "$subset" wght=400:700 -o ../inter.woff2

# ../noto-sans.woff2 and ../nunito.woff2: the same letters in a humanist face and in a round one, whose figures are
# tabular as they are.
cut() {
  pyftsubset "node_modules/@fontsource-variable/$1/files/$1-latin-wght-normal.woff2" --unicodes="$letters" \
    --layout-features=kern,tnum,ccmp,mark --flavor=woff2 --output-file="$subset"
  fonttools varLib.instancer "$subset" "wght=$2" -o "../$1.woff2"
}
cut noto-sans 400:700
cut nunito 430:700

# Nunito's strokes are thinner than Inter's. What a page calls 400 and 640 is 430 and 692 of Nunito, which look as heavy
# as Inter does; past 700 the file would be 8 KB larger.
python3 - <<'END'
from fontTools.ttLib import TTFont

font = TTFont("../nunito.woff2")
weight = font["fvar"].axes[0]
weight.minValue, weight.defaultValue, weight.maxValue = 400, 400, 700
font["fvar"].instances = []
font["avar"].segments["wght"] = {-1: -1, 0: 0, 0.8: 0.97, 1: 1}
font.save("../nunito.woff2")
END

# ../fraunces.woff2: headings and large figures of brands with a book face; one weight is enough for those.
letters="U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+2013-2014,U+2018-201A,U+201C-201E,U+2026,U+20AC"
pyftsubset node_modules/@fontsource-variable/fraunces/files/fraunces-latin-wght-normal.woff2 --unicodes="$letters" \
  --layout-features=kern,liga,tnum,lnum,ccmp,mark --flavor=woff2 --output-file="$subset"
fonttools varLib.instancer "$subset" wght=600 -o ../fraunces.woff2

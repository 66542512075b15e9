// Builds dist/ from src/, with what a server sends made here once: `node build.mjs`, or `--check` to compare.

import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const BUDGET_BYTES = 2300;
const DIST = new URL('./dist/', import.meta.url);

// The same source under two names. The neutral one goes to white-label domains and must not name the product.
const SCRIPTS = [
  { file: 'ih.js', globalName: 'insighthub' },
  { file: 's.js', globalName: 'sitestats', neutral: true },
];

const compress = {
  br: (code) =>
    brotliCompressSync(code, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: code.length,
      },
    }),
  gz: (code) => gzipSync(code, { level: 9 }),
};
const expand = { br: brotliDecompressSync, gz: gunzipSync };

const bundle = async ({ globalName }) => {
  const built = await build({
    entryPoints: [new URL('./src/core.js', import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2021',
    charset: 'utf8',
    legalComments: 'none',
    define: { GLOBAL_NAME: JSON.stringify(globalName) },
    write: false,
  });
  return Buffer.from(built.outputFiles[0].contents);
};

const stored = (name) => readFile(new URL(name, DIST)).catch(() => Buffer.alloc(0));

const staleParts = async (file, code) => {
  const stale = (await stored(file)).equals(code) ? [] : [file];
  for (const [ending, open] of Object.entries(expand)) {
    const packed = await stored(`${file}.${ending}`);
    // Compared opened: another release of zlib or brotli may pack the same script a byte shorter.
    if (!packed.length || !open(packed).equals(code)) stale.push(`${file}.${ending}`);
  }
  return stale;
};

const check = process.argv.includes('--check');
const complaints = [];
await mkdir(DIST, { recursive: true });

for (const script of SCRIPTS) {
  const { file } = script;
  const code = await bundle(script);
  if (check) {
    for (const part of await staleParts(file, code)) {
      complaints.push(`dist/${part} is not what src/ builds: run \`npm run build\` in tracker/.`);
    }
  } else {
    await writeFile(new URL(file, DIST), code);
    for (const [ending, pack] of Object.entries(compress)) {
      await writeFile(new URL(`${file}.${ending}`, DIST), pack(code));
    }
  }
  const size = (await stored(`${file}.br`)).length;
  if (size > BUDGET_BYTES) complaints.push(`dist/${file}.br has ${size} bytes, ${BUDGET_BYTES} are allowed.`);
  if (script.neutral && /ih|insight/i.test(code)) complaints.push(`dist/${file} names the product.`);
  const gzip = (await stored(`${file}.gz`)).length;
  console.log(`${file}: ${code.length} bytes, ${gzip} gzip, ${size} brotli of ${BUDGET_BYTES}`);
}

for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length ? 1 : 0;

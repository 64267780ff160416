// Builds the page: node build.mjs OUT [--fast]
// OUT/index.html, and OUT/assets/NAME-HASH.* that a browser may keep for ever.
// --fast: no types checked, nothing made small.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { worldLayers } from './world.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, '../build/page'));
const fast = process.argv.includes('--fast');
const assets = path.join(out, 'assets');

if (!fast) {
  const tsc = path.join(here, 'node_modules/typescript/bin/tsc');
  const checked = spawnSync(process.execPath, [tsc, '-p', here], { stdio: 'inherit' });
  if (checked.status !== 0) process.exit(1);
}

await rm(out, { recursive: true, force: true });
await mkdir(assets, { recursive: true });

/** Writes text under a name with its hash in it; returns the address the page asks for. */
async function keep(name, text) {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
  const file = name.replace(/(\.[a-z]+)$/, `-${hash}$1`);
  await writeFile(path.join(assets, file), text);
  return `/assets/${file}`;
}

const common = {
  absWorkingDir: here,
  bundle: true,
  format: 'esm',
  target: ['es2022'],
  minify: !fast,
  legalComments: 'linked',
  outdir: assets,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  metafile: true,
  logLevel: 'warning',
};

/** The file of one entry point in what esbuild says it wrote. */
function written(result, entry) {
  const found = Object.entries(result.metafile.outputs).find(([, o]) => o.entryPoint === entry);
  if (!found) throw new Error(`build.mjs: esbuild wrote nothing for ${entry}`);
  return { js: path.basename(found[0]), css: found[1].cssBundle && path.basename(found[1].cssBundle) };
}

// MapLibre's worker is a file of its own: the policy allows no script made on the fly.
const workerEntry = 'node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs';
const worker = written(await build({ ...common, entryPoints: [workerEntry] }), workerEntry);

const world = await worldLayers();
const define = {
  WORKER_URL: JSON.stringify(`/assets/${worker.js}`),
  LAND_URL: JSON.stringify(await keep('land.json', JSON.stringify(world.land))),
  BORDERS_URL: JSON.stringify(await keep('borders.json', JSON.stringify(world.borders))),
};

const entry = 'src/main.tsx';
const app = written(
  await build({
    ...common,
    entryPoints: [entry],
    splitting: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define,
  }),
  entry,
);

const html = (await readFile(path.join(here, 'index.html'), 'utf8'))
  .replaceAll('{script}', `/assets/${app.js}`)
  .replaceAll('{style}', `/assets/${app.css}`);
await writeFile(path.join(out, 'index.html'), html);
await writeFile(path.join(out, 'icon.svg'), await readFile(path.join(here, 'icon.svg')));
console.log(`page: ${out}`);

// Looks whether the sources are in the house format ('npm run format' puts them there), then bundles
// every test of test/unit for node and runs them with node's own runner:
//   node test/run_unit.mjs [FOLDER FOR WHAT IS BUILT]
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const here = path.dirname(fileURLToPath(import.meta.url));
const web = path.dirname(here);
if (!existsSync(path.join(web, 'node_modules/esbuild'))) {
  console.log('skipped: web/node_modules is not there; tools/build-page brings it');
  process.exit(77);
}
const format = spawnSync(
  process.execPath,
  [path.join(web, 'node_modules/prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  { stdio: 'inherit', cwd: web },
);
if (format.status !== 0) process.exit(1);
const { buildSync } = await import('esbuild');
const out = path.resolve(process.argv[2] ?? path.join(tmpdir(), 'vaho-page-unit'));
const tests = readdirSync(path.join(here, 'unit')).filter((name) => name.endsWith('.test.ts'));
rmSync(out, { recursive: true, force: true });
buildSync({
  absWorkingDir: web,
  entryPoints: tests.map((name) => `test/unit/${name}`),
  outdir: out,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node18',
  outExtension: { '.js': '.mjs' },
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
});
const ran = spawnSync(
  process.execPath,
  ['--test', ...tests.map((name) => path.join(out, name.replace(/\.ts$/, '.mjs')))],
  { stdio: 'inherit', env: { ...process.env, VAHO_WEB: web } },
);
process.exit(ran.status ?? 1);

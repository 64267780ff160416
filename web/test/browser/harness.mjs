// What every test in a browser needs: the program, a casebook of a real exercise, a server on a
// free port, Debian's Chromium, and people with accounts.  Each test file is one program; it exits
// with 77 where something it needs is not on this machine, and says what.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => existsSync(file));
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-dev-shm-usage',
];
export const VAHO = process.env.VAHO ?? '';
/** Built beside the program, as CMake does it. */
export const PAGE = path.join(path.dirname(VAHO), 'share/vaho/page');
export const PASSWORD = 'a fairly long password';

export function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

function needed() {
  if (!CHROMIUM) skip('there is no chromium; tools/install-packages check installs it');
  if (!existsSync(VAHO)) skip(`VAHO names no program ('${VAHO}')`);
  if (!existsSync(path.join(PAGE, 'index.html'))) skip(`the page was not built: it is not in ${PAGE}`);
  const exercise = process.env.VAHO_EXERCISE ?? '';
  if (!existsSync(path.join(exercise, 'casebook.gpkg'))) skip(`VAHO_EXERCISE names no exercise ('${exercise}')`);
  return exercise;
}

export function vaho(...args) {
  const ran = spawnSync(VAHO, args, { encoding: 'utf8' });
  assert.equal(ran.status, 0, `vaho ${args.join(' ')}\n${ran.stderr}`);
  return ran.stdout;
}

/** The same in the background, so that the page is looked at meanwhile. */
export function vahoLater(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(VAHO, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`vaho ${args.join(' ')}: ${code}`))));
  });
}

/** A server that is started, stopped and started again on the same port. */
export class Server {
  constructor(casebook) {
    this.casebook = casebook;
    this.port = 0;
  }

  async start(...more) {
    this.child = spawn(VAHO, ['serve', this.casebook, '--port', String(this.port), '--json', ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.ended = new Promise((resolve) => this.child.on('exit', resolve));
    const lines = createInterface({ input: this.child.stdout });
    const first = await Promise.race([lines[Symbol.asyncIterator]().next(), this.ended.then(() => null)]);
    assert.ok(first && !first.done, 'vaho serve ended before it served');
    const said = JSON.parse(first.value);
    this.url = said.serving;
    this.setup = said.setup;
    this.port = Number(new URL(said.serving).port);
    return this;
  }

  async stop(signal = 'SIGTERM') {
    this.child?.kill(signal);
    await this.ended;
  }
}

/**
 * Runs a test: run({ dir, casebook, server, browser, open, say }).  'dir' is a copy of the exercise,
 * open(options) a new person's browser at the server with watch over it: any error on its console
 * and any request beyond the server fail the test.
 */
export async function test(run, { flags = FLAGS } = {}) {
  const exercise = needed();
  const { chromium } = await import('playwright-core');
  const dir = mkdtempSync(path.join(tmpdir(), 'vaho-page-'));
  const wrong = [];
  let server;
  let browser;
  try {
    cpSync(exercise, path.join(dir, 'exercise'), { recursive: true });
    const casebook = path.join(dir, 'exercise', 'casebook.gpkg');
    server = await new Server(casebook).start();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: flags });
    const open = async (options = {}) => {
      const { allowed = [], ...rest } = options;
      const context = await browser.newContext({
        viewport: { width: 1280, height: 720 },
        locale: 'en-GB',
        ...rest,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      watch(page, server, wrong, allowed);
      await page.goto(server.url);
      return page;
    };
    await run({ dir, casebook, server, browser, open, say: (words) => console.log(`- ${words}`) });
    assert.deepEqual(wrong, [], 'the browser complained');
    console.log('good');
  } catch (error) {
    await picture(browser);
    throw error;
  } finally {
    await browser?.close();
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What a browser says on its own of a request that was refused, as tests want it to be. */
function watch(page, server, wrong, allowed) {
  const fine = (text) => allowed.some((one) => one.test(text));
  page.on('console', (message) => {
    if (message.type() === 'error' && !fine(message.text())) wrong.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`page: ${error.stack ?? error}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(server.url) && !url.startsWith('blob:') && !url.startsWith('data:'))
      wrong.push(`request: ${url}`);
  });
}

/** Where VAHO_PICTURES names a folder, what the browser showed when a test failed. */
async function picture(browser) {
  const folder = process.env.VAHO_PICTURES;
  const page = browser?.contexts().at(-1)?.pages().at(-1);
  if (!folder || !page) return;
  await page
    .screenshot({ path: path.join(folder, `${path.basename(process.argv[1], '.mjs')}.png`) })
    .catch(() => undefined);
}

/** A refusal that a test provokes is written on the console by Chromium itself. */
export const REFUSED = (status) => new RegExp(`the server responded with a status of ${status}`);

/** First of all: nobody is logged in, so the first question is answered 401. */
export const ANONYMOUS = [REFUSED(401)];

export async function setUp(page, server, name, roles) {
  await page.goto(server.setup);
  await page.getByRole('heading', { name: 'First account' }).waitFor();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('The same again').fill(PASSWORD);
  for (const role of roles) await page.getByRole('checkbox', { name: role }).check();
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.getByRole('banner').getByRole('button', { name: 'Log out' }).waitFor();
}

export async function logIn(page, name, password = PASSWORD) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Accounts without a browser, by the program itself; an admin's is the first. */
export function addPeople(casebook, people) {
  for (const [name, role, by] of people) {
    const file = path.join(path.dirname(casebook), 'password');
    writeFileSync(file, `${PASSWORD}\n`);
    const shell = `exec "$0" "$@" 3<"${file}" ${by ? `4<"${file}"` : ''}`;
    const args = [
      'user',
      'add',
      casebook,
      name,
      '--role',
      role,
      '--new-password-fd',
      '3',
      ...(by ? ['--user', by, '--password-fd', '4'] : []),
    ];
    const ran = spawnSync('bash', ['-c', shell, VAHO, ...args], { encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
  }
}

/** A person's browser, logged in and looking at the evidence of the first site. */
export async function openAs(open, name, options = {}) {
  const page = await open({ ...options, allowed: [...ANONYMOUS, ...(options.allowed ?? [])] });
  await logIn(page, name);
  await page.locator('.evidence h2, .page h1').first().waitFor();
  return page;
}

/** The name of the site whose evidence is on the screen, once it is there. */
export async function siteShown(page) {
  await page.locator('.evidence:not([aria-busy=true]) .name').waitFor();
  return (await page.locator('.evidence .name').innerText()).split('@')[0];
}

/** Waits until the evidence of another site is shown; returns its name. */
export async function siteAfter(page, before) {
  await page.waitForFunction((name) => {
    const shown = document.querySelector('.evidence:not([aria-busy=true]) .name')?.textContent ?? '';
    return shown !== '' && !shown.startsWith(`${name}@`);
  }, before);
  return siteShown(page);
}

/** A site as the server tells of it to whoever has the page open. */
export function ask(page, address) {
  return page.evaluate(async (url) => (await fetch(url)).json(), address);
}

export { assert };

// An overseer's browser checks the ledger itself: an entry that is in, a checkpoint it grew from,
// the signatures, and each of them when somebody has tampered with it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { addPeople, assert, openAs, REFUSED, test, VAHO, vaho } from './harness.mjs';

await test(async ({ casebook, dir, server, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['olga', 'overseer', 'root'],
  ]);
  execFileSync(VAHO, ['mandate', 'key', 'keeper'], { cwd: dir });
  const key = readFileSync(path.join(dir, 'keeper.public'), 'utf8').trim();
  const held = path.join(dir, 'held');
  vaho('ledger', 'checkpoint', casebook, '--key', path.join(dir, 'keeper.secret'), '--out', held);
  const page = await openAs(open, 'olga', { allowed: [REFUSED(409), REFUSED(404)] });
  await page.goto(`${server.url}#/ledger`);
  await page.getByText('UNWITNESSED').first().waitFor();

  await page.getByRole('button', { name: 'Verify entry 2', exact: true }).click();
  await page.getByText('In the ledger, as shown.').waitFor();
  await page.route('**/api/ledger/entries/3/proof', async (route) => {
    const answer = await route.fetch({ url: route.request().url().replace('/3/', '/2/') });
    await route.fulfill({ response: answer });
  });
  await page.getByRole('button', { name: 'Verify entry 3', exact: true }).click();
  await page.getByText('NOT verified: the proof is of another entry.').waitFor();
  await page.route('**/api/ledger/entries/4/proof', async (route) => {
    const { proof } = await (await route.fetch()).json();
    const lines = proof.split('\n');
    [lines[3], lines[4]] = [lines[4], lines[3]];
    await route.fulfill({ json: { proof: lines.join('\n') } });
  });
  await page.getByRole('button', { name: 'Verify entry 4', exact: true }).click();
  await page.getByText('NOT in the ledger that the checkpoint tells of.').waitFor();
  say('a proof is worked out; one of another entry and one that was changed are not believed');

  const note = readFileSync(held, 'utf8');
  const form = page.getByRole('form', { name: 'A checkpoint that you hold' });
  const check = async (text) => {
    await form.getByLabel('Checkpoint').fill(text);
    await form.getByLabel('Public key').fill(key);
    await form.getByRole('button', { name: 'Check it' }).click();
  };
  await check(note);
  await page.getByText('Signed by this key.').waitFor();
  await page.getByText(/Today’s ledger is a growth of it/).waitFor();
  const root = note.split('\n')[2];
  await check(note.replace(root, `${root.startsWith('A') ? 'B' : 'A'}${root.slice(1)}`));
  await page.getByText('REWRITTEN').waitFor();
  await page.getByText('The signature in this key’s name is WRONG.').waitFor();
  say('a checkpoint from elsewhere: growth and signature, good and tampered with');

  await page.getByRole('button', { name: 'Have the server check all of it' }).click();
  await page.getByText(/entries: whole, and as they were written/).waitFor();
  const before = await page.locator('.pager').innerText();
  vaho('casebook', 'backup', casebook, path.join(dir, 'copy.gpkg'));
  await page.waitForFunction((text) => document.querySelector('.pager').innerText !== text, before);
  await page.getByRole('cell', { name: /^backup/ }).waitFor();
  assert.ok((await page.getByText(/the last \d* ?entr(y|ies) (is|are) UNWITNESSED|UNWITNESSED: nobody/).count()) > 0);
  say('a new entry shows by itself');
});

// Two analysts and a flight: they see each other, a decision of one is shown to the other at once,
// a decision on what has changed is refused and explained, a flight that lands shows by itself.
import path from 'node:path';
import { addPeople, ask, assert, openAs, REFUSED, siteAfter, siteShown, test, vahoLater } from './harness.mjs';

await test(async ({ casebook, dir, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['ana', 'analyst', 'root'],
    ['ben', 'analyst', 'root'],
  ]);
  const ana = await openAs(open, 'ana', { allowed: [REFUSED(409)] });
  const ben = await openAs(open, 'ben', { allowed: [REFUSED(409)] });
  const site = await siteShown(ana);
  assert.equal(await siteShown(ben), site);
  await ana.locator('.sitehead').getByText('Looking at this now: ben').waitFor();
  await ben.locator('.sitehead').getByText('Looking at this now: ana').waitFor();
  say('they see each other at the same site');

  await ana.keyboard.press('c');
  await ana.getByRole('dialog').waitFor();
  await ben.keyboard.press('r');
  await ben.getByRole('dialog').getByLabel('natural').check();
  await ben.getByRole('dialog').getByLabel('Words').fill('hot spring');
  await ben.keyboard.press('Enter');
  await ana
    .getByRole('dialog')
    .getByText(/ben rejected it \(natural\): “hot spring”/)
    .waitFor();
  say('the decision of one shows in the open dialog of the other');

  await ana.keyboard.press('Enter');
  const conflict = ana.getByRole('dialog', { name: 'Changed meanwhile' });
  await conflict.getByText('Nothing was written').waitFor();
  await conflict.getByText(/ben rejected it \(natural\): “hot spring”/).waitFor();
  await conflict.getByRole('row', { name: /state.*candidate.*rejected/ }).waitFor();
  assert.equal((await ask(ana, `/api/sites/${site}`)).site.state, 'rejected');
  await ana.keyboard.press('Enter');
  await conflict.waitFor({ state: 'hidden' });
  await ana.locator('.evidence .chip', { hasText: 'rejected' }).waitFor();
  say('what was decided on old evidence is refused, and nothing was overwritten');

  const before = (await ask(ana, '/api/sites?reasons=0&limit=1')).at;
  const exercise = path.join(dir, 'exercise');
  const flown = vahoLater('exercise', 'run', exercise, '--flights', '1', '--key', `${process.env.VAHO_EXERCISE}.key`);
  await ana.getByText(/Flight d2-f3 taken in: \d+ plumes\./).waitFor({ timeout: 240_000 });
  await ana.getByText(/\d+ sites reckoned anew\./).waitFor({ timeout: 60_000 });
  await flown;
  await ana.waitForFunction(
    (at) => !document.querySelector('.foot').textContent.includes(at),
    before.slice(0, 16).replace('T', ' '),
  );
  await ana.getByRole('button', { name: /^Flights \(7\)/ }).waitFor();
  assert.equal(await siteShown(ana), site, 'the site on the screen stays');
  say('a flight is taken in, and the queue is the new one');

  await ana.keyboard.press('j');
  await siteAfter(ana, site);
  await ben.locator('.queue .looking', { hasText: 'ana' }).waitFor();
  say('where she looks now shows in his queue');
});

// An analyst judges ten sites: confirms, rejects with a reason and words, asks for another pass,
// and takes a slip back.  What the server then says is what was done.
import { addPeople, ask, assert, openAs, siteAfter, siteShown, test } from './harness.mjs';

await test(async ({ casebook, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['ana', 'analyst', 'root'],
  ]);
  const page = await openAs(open, 'ana');
  const verbs = page.getByRole('group', { name: 'Decide' });
  const expected = new Map();
  const before = (await ask(page, '/api/sites?reasons=0')).sites.length;
  assert.ok(before >= 12, `the exercise has enough to judge: ${before} sites`);

  let site = await siteShown(page);
  for (let i = 0; i < 10; i++) {
    const verb = ['Confirm', 'Reject', 'Another pass'][i % 3];
    await verbs.getByRole('button', { name: verb }).click();
    const dialog = page.getByRole('dialog');
    if (verb === 'Reject') {
      if ((await dialog.getByRole('radio', { checked: true }).count()) === 0) {
        // a site that a known source explains comes with that reason
        await dialog.getByRole('button', { name: 'Reject' }).click();
        await dialog.getByText('Choose a reason.').waitFor();
      }
      await dialog.getByLabel('clutter').check();
      await dialog.getByRole('button', { name: 'Reject' }).click();
      await dialog.getByText('Say it in words as well.').waitFor();
      await dialog.getByLabel('Words').fill(`looks like gravel, number ${i}`);
    }
    await dialog.getByRole('button', { name: verb }).click();
    await dialog.waitFor({ state: 'hidden' });
    expected.set(site, { Confirm: 'confirmed', Reject: 'rejected', 'Another pass': 'another-pass' }[verb]);
    site = await siteAfter(page, site);
  }
  const said = (await ask(page, '/api/sites?reasons=0')).sites;
  for (const [name, state] of expected) {
    const one = said.find((s) => s.site === name);
    assert.equal(one.state, state, name);
    assert.equal(one.decided.by, 'ana');
    if (state === 'rejected') assert.match(one.decided.words, /^looks like gravel/);
  }
  say('ten sites judged; each time the next one came by itself');

  const [confirmed] = [...expected].find(([, state]) => state === 'confirmed');
  await page.goto(`${page.url().split('#')[0]}#/sites/${confirmed}`);
  await siteAfter(page, site);
  await page.locator('.evidence .history').getByText('ana confirmed it').waitFor();
  await verbs.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
  await page.locator('.evidence .chip', { hasText: 'candidate' }).waitFor();
  await page.locator('.evidence .history .undone').waitFor();
  assert.equal((await ask(page, `/api/sites/${confirmed}`)).site.state, 'candidate');
  say('a slip is undone, and the history keeps both acts');

  const filter = page.getByRole('search', { name: 'Filter' });
  await filter.getByLabel('State').selectOption('rejected');
  assert.equal(await page.locator('.queue li').count(), 3);
  await filter.getByLabel('State').selectOption('all');
  await filter.getByLabel('Find').fill('gravel, number 1');
  assert.equal(await page.locator('.queue li').count(), 1);
  say('the filter finds by state and by words');
});

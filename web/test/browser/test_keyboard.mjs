// The whole way without a mouse: log in, walk the queue, decide, undo, find, help, reject many.
import { addPeople, ANONYMOUS, ask, assert, PASSWORD, siteAfter, siteShown, test } from './harness.mjs';

await test(async ({ casebook, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['ana', 'analyst', 'root'],
  ]);
  const page = await open({ allowed: ANONYMOUS });
  const { keyboard } = page;
  const stateOf = async (site) => (await ask(page, `/api/sites/${site}`)).site.state;
  const closed = () => page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await keyboard.type('ana');
  await keyboard.press('Tab');
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  const first = await siteShown(page);
  say('logged in: the name has the focus from the start');

  await keyboard.press('j');
  const second = await siteAfter(page, first);
  await keyboard.press('k');
  assert.equal(await siteAfter(page, second), first);

  await keyboard.press('c');
  await page.getByRole('dialog', { name: 'Confirm this site?' }).waitFor();
  await keyboard.press('Escape');
  await closed();
  assert.equal(await stateOf(first), 'candidate', 'Escape decides nothing');
  await keyboard.press('c');
  await keyboard.type('seen twice');
  await keyboard.press('Enter');
  await closed();
  await siteAfter(page, first);
  assert.equal(await stateOf(first), 'confirmed');

  await keyboard.press('r');
  await page.getByRole('dialog').waitFor();
  await keyboard.press('6');
  await keyboard.type('nobody would follow this');
  await keyboard.press('Enter');
  await closed();
  const third = await siteAfter(page, second);
  assert.equal(await stateOf(second), 'rejected');
  await keyboard.press('u');
  await page.getByRole('dialog', { name: 'Undo your decision?' }).waitFor();
  await keyboard.press('Enter');
  await closed();
  assert.equal(await siteAfter(page, third), second, 'undo goes back to the site of the slip');
  assert.equal(await stateOf(second), 'candidate');
  assert.equal(await page.locator('.newsbox').count(), 0, 'what one did oneself is no news');
  await keyboard.press('p');
  await page.getByRole('dialog').waitFor();
  await keyboard.press('Enter');
  await closed();
  assert.equal(await stateOf(second), 'another-pass');
  say('c, r, u and p decide; each asks first');

  await keyboard.press('?');
  await page.getByRole('dialog', { name: 'Help' }).waitFor();
  await keyboard.press('?');
  await closed();
  await keyboard.press('/');
  await keyboard.type('ammonia');
  await keyboard.press('Escape');
  assert.ok((await page.locator('.queue li').allInnerTexts()).every((text) => text.includes('ammonia')));

  await keyboard.press('j');
  for (let i = 0; i < 3; i++) {
    const at = await siteShown(page);
    await keyboard.press('x');
    await keyboard.press('j');
    await siteAfter(page, at);
  }
  await page.getByText('3 marked').waitFor();
  await keyboard.press('r');
  await page.getByRole('dialog', { name: 'Reject 3 sites, all or none?' }).waitFor();
  await keyboard.press('2');
  await keyboard.type('all of this is gravel');
  await keyboard.press('Enter');
  await closed();
  const { counts } = await ask(page, '/api/sites?reasons=0&limit=1');
  assert.equal(counts.rejected, 3);
  say('find, mark, and reject many with one reason');

  await keyboard.press('e');
  assert.ok(await page.evaluate(() => document.activeElement?.classList.contains('evidence')));
  const top = () => page.locator('.evidence').evaluate((box) => box.scrollTop);
  await keyboard.press('PageDown');
  await page.waitForFunction(() => document.querySelector('.evidence').scrollTop > 0);
  assert.ok((await top()) > 0, 'the evidence scrolls');

  await keyboard.press('?');
  await page.getByLabel('single keys act').focus();
  await keyboard.press('Space');
  await keyboard.press('Escape');
  await closed();
  await keyboard.press('c');
  assert.equal(await page.getByRole('dialog').count(), 0, 'single keys can be turned off');
  say('the evidence is reached and scrolled; single keys can be turned off');
});

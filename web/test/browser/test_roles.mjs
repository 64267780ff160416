// Who may what: the page does not offer what a role does not allow, and the server refuses it to
// those who ask all the same.
import { addPeople, ask, assert, openAs, REFUSED, test } from './harness.mjs';

/** The status of an act, asked for with the right token, as somebody would who knows the way. */
function act(page, path, body) {
  return page.evaluate(
    async ([url, json]) => {
      const { csrf } = await (await fetch('/api/me')).json();
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Vaho-CSRF': csrf },
        body: JSON.stringify(json),
      });
      return [answer.status, (await answer.json().catch(() => ({}))).error?.code];
    },
    [path, body],
  );
}

await test(async ({ casebook, server, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['ana', 'analyst', 'root'],
    ['olga', 'overseer', 'root'],
    ['rita', 'releaser', 'root'],
    ['pablo', 'partner', 'root'],
  ]);
  const refused = { allowed: [REFUSED(403)] };
  const ana = await openAs(open, 'ana', refused);
  const { site, version } = (await ask(ana, '/api/sites?reasons=0&limit=1')).sites[0];

  for (const [name, places] of [
    ['root', ['Accounts', 'root']],
    ['pablo', ['pablo']],
    ['olga', ['Review', 'Ledger', 'olga']],
    ['rita', ['Review', 'rita']],
  ]) {
    const page = await openAs(open, name, refused);
    assert.deepEqual(await page.getByRole('navigation').getByRole('link').allInnerTexts(), places);
    assert.deepEqual(await act(page, '/api/decisions/confirm', { site, version }), [403, 'role'], name);
    if (places.includes('Review')) {
      assert.equal(await page.getByRole('button', { name: 'Confirm' }).count(), 0);
      assert.equal(await page.locator('.queue input[type=checkbox]').count(), 1, 'nothing to mark, only the filter');
      await page.keyboard.press('c');
      await page.getByText('Deciding takes the role of an analyst.').waitFor();
    } else {
      assert.equal(await page.evaluate(async () => (await fetch('/api/sites')).status), 403);
      await page.goto(`${server.url}#/sites/${site}`);
      assert.equal(await page.locator('.queue').count(), 0);
    }
    await page.context().close();
    say(`${name}: ${places.join(', ')}; may not decide`);
  }

  assert.deepEqual(
    await act(ana, '/api/users', { name: 'eva', roles: ['admin'], password: 'a fairly long password' }),
    [403, 'role'],
  );
  assert.equal(await ana.evaluate(async () => (await fetch('/api/ledger')).status), 403);
  await ana.goto(`${server.url}#/users`);
  await ana.locator('.queue').waitFor();
  const forged = await ana.evaluate(
    async ([name, v]) =>
      (
        await fetch('/api/decisions/confirm', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ site: name, version: v }),
        })
      ).status,
    [site, version],
  );
  assert.equal(forged, 403);
  assert.equal((await ask(ana, `/api/sites/${site}`)).site.state, 'candidate');
  say('an analyst makes no account, reads no ledger, and decides nothing without the token');
});

// A browser without WebGL: a plain word instead of the map, and everything else works.
import { addPeople, ask, assert, openAs, siteShown, test } from './harness.mjs';

await test(
  async ({ casebook, open, say }) => {
    addPeople(casebook, [
      ['root', 'admin'],
      ['ana', 'analyst', 'root'],
    ]);
    const page = await openAs(open, 'ana');
    await page.getByText('this browser draws none (it has no WebGL)').waitFor();
    await page.getByRole('button', { name: /^Flights \(6\)/ }).click();
    assert.equal(await page.getByRole('list', { name: 'Flights' }).getByRole('listitem').count(), 6);
    const site = await siteShown(page);
    await page.keyboard.press('c');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal((await ask(page, `/api/sites/${site}`)).site.state, 'confirmed');
    say('lists and decisions without a map');
  },
  {
    flags: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-3d-apis',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  },
);

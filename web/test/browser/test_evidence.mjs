// What an analyst is shown of a site: reasons, spectrum with fit and residual, plumes, passes that
// saw it and passes that did not, known sources; and that the numbers are the server's.
import { addPeople, ask, assert, openAs, siteAfter, siteShown, test } from './harness.mjs';

await test(async ({ casebook, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['ana', 'analyst', 'root'],
  ]);
  const page = await openAs(open, 'ana');
  const site = await siteShown(page);
  const { passes, plumes, site: told } = await ask(page, `/api/sites/${site}`);
  const evidence = page.locator('.evidence');
  assert.equal(await evidence.locator('.why li').count(), told.reasons.length);
  await evidence.getByText(/almost certainly real/).waitFor();

  await evidence.locator('.spectrum canvas').nth(1).waitFor();
  const drawn = await evidence
    .locator('.spectrum canvas')
    .first()
    .evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.some((byte) => byte !== 0);
    });
  assert.ok(drawn, 'something is drawn');
  await evidence.getByText('The numbers').click();
  const spectrum = await ask(page, `/api/plumes/${plumes.find((p) => p.spectrum).id}/spectrum`);
  assert.equal(await evidence.locator('.spectrum tbody tr').count(), spectrum.wavelength_um.length);
  say('spectrum, fit and residual, drawn and as numbers');

  const seen = passes.filter((p) => p.seen).length;
  assert.equal(await evidence.locator('svg.passes circle.seen').count(), seen);
  assert.equal(await evidence.locator('svg.passes path.missed').count(), passes.length - seen);
  await evidence.getByText(`${seen} saw it, ${passes.length - seen} looked and saw nothing`).waitFor();
  say('every pass is a mark, those that saw nothing too');

  const shown = evidence.locator('h3 small').filter({ hasText: /^d\d-f\d-/ });
  const first = await shown.innerText();
  await page.keyboard.press(']');
  await page.waitForFunction(
    (name) => ![...document.querySelectorAll('.evidence h3 small')].some((e) => e.textContent === name),
    first,
  );
  say('the next plume with a key');

  const { sites } = await ask(page, '/api/sites?reasons=0');
  const dairy = sites.find((s) => s.known_source);
  await page.goto(`${page.url().split('#')[0]}#/sites/${dairy.site}`);
  await siteAfter(page, site);
  await evidence.getByText('explained by North dairy').waitFor();
  await evidence.locator('.near li.same', { hasText: 'North dairy' }).waitFor();
  say('a known source is named as what explains a site');

  await page.getByRole('button', { name: /^Known sources \(1\)/ }).click();
  await page.getByRole('list', { name: 'Known sources' }).getByText('North dairy').waitFor();
  await page.getByRole('button', { name: /^Flights \(6\)/ }).click();
  assert.equal(await page.getByRole('list', { name: 'Flights' }).getByRole('listitem').count(), 6);
  say('every mark on the map is a row of a list');
});

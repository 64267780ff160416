// The map: a click on a mark chooses its site, what is switched on stays on, and the user's own
// ground (hillshade, roads) comes from the server and nowhere else.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addPeople, ask, assert, openAs, siteAfter, siteShown, test } from './harness.mjs';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

await test(async ({ casebook, dir, server, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['ana', 'analyst', 'root'],
  ]);
  const ground = path.join(dir, 'ground');
  mkdirSync(ground);
  writeFileSync(path.join(ground, 'hillshade.png'), Buffer.from(PIXEL, 'base64'));
  writeFileSync(path.join(ground, 'hillshade.json'), '{"bounds":[-3.73,40.30,-3.70,40.32]}');
  writeFileSync(
    path.join(ground, 'roads.geojson'),
    JSON.stringify({
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          properties: {},
          geometry: {
            type: 'LineString',
            coordinates: [
              [-3.73, 40.31],
              [-3.7, 40.315],
            ],
          },
        },
      ],
    }),
  );
  await server.stop();
  await server.start('--map', ground, '--products', path.join(dir, 'exercise', 'found'));

  const got = new Map();
  const ana = await openAs(open, 'ana');
  ana.on('response', (answer) => got.set(new URL(answer.url()).pathname, answer.status()));
  await ana.reload();
  const first = await siteShown(ana);
  await ana.locator('.map canvas').waitFor();
  await ana.waitForTimeout(1500);
  assert.equal(got.get('/map/hillshade.png'), 200);
  assert.equal(got.get('/map/roads.geojson'), 200);
  say('hillshade and roads of one’s own are fetched from the server');

  const { sites } = await ask(ana, '/api/sites?reasons=0');
  const here = sites.find((site) => site.site === first);
  const metres = (site) =>
    111_320 *
    Math.hypot(
      (site.longitude - here.longitude) * Math.cos((here.latitude * Math.PI) / 180),
      site.latitude - here.latitude,
    );
  const near = sites.filter((site) => metres(site) > 30).sort((a, b) => metres(a) - metres(b))[0];
  await ana.keyboard.press('g');
  await ana.waitForTimeout(1200);
  const label = new RegExp(near.site.split('-').at(-1).slice(0, 4));
  await ana.locator('.queue li').filter({ hasText: label }).getByRole('button').click();
  await siteAfter(ana, first);
  await ana.waitForTimeout(600);
  const box = await ana.locator('.map').boundingBox();
  await ana.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  assert.equal(await siteAfter(ana, near.site), first);
  say(`a click on a mark chooses it (from one ${Math.round(metres(near))} m away)`);

  await ana.getByRole('checkbox', { name: 'Show: Flights' }).check();
  await ana.reload();
  await siteShown(ana);
  assert.ok(await ana.getByRole('checkbox', { name: 'Show: Flights' }).isChecked());
  await ana.keyboard.press('o');
  await ana.getByText(/Score map of d\d-f\d: clear below/).waitFor();
  await ana.waitForTimeout(500);
  assert.ok([...got].some(([url, status]) => /^\/api\/flights\/\d+\/overlays\/[a-z_]+$/.test(url) && status === 200));
  assert.ok(await ana.getByLabel('Score map').isChecked());
  say('what is switched on is kept; the score map of the flight lies on the ground');
});

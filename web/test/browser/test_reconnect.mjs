// The server stops and starts again: a plain sign while the line is lost, a decision that cannot be
// sent says so, and what happened meanwhile is there afterwards, without logging in again.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { addPeople, ask, assert, openAs, PASSWORD, siteShown, test, VAHO } from './harness.mjs';

await test(async ({ casebook, dir, server, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['ana', 'analyst', 'root'],
    ['ben', 'analyst', 'root'],
  ]);
  const page = await openAs(open, 'ana', { allowed: [/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|net::/] });
  await page.locator('.line.live').waitFor();
  const site = await siteShown(page);
  const { version } = (await ask(page, `/api/sites/${site}`)).site;

  await server.stop('SIGKILL');
  await page.getByText('Line lost').waitFor();
  await page.keyboard.press('c');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText('The server does not answer').waitFor();
  await page.keyboard.press('Escape');
  say('killed: the page says so, and that nothing was written');

  const file = path.join(dir, 'password');
  writeFileSync(file, `${PASSWORD}\n`);
  const ran = spawnSync(
    'bash',
    [
      '-c',
      `exec "$0" "$@" 3<"${file}"`,
      VAHO,
      'review',
      'reject',
      casebook,
      `${site}@${version}`,
      '--user',
      'ben',
      '--password-fd',
      '3',
      '--reason',
      'duplicate',
      '--why',
      'done by hand meanwhile',
    ],
    { encoding: 'utf8' },
  );
  assert.equal(ran.status, 0, ran.stderr);
  await server.start();
  await page.locator('.line.live').waitFor({ timeout: 30_000 });
  await page.locator('.evidence .chip', { hasText: 'rejected' }).waitFor();
  await page
    .locator('.newsbox')
    .getByText(/ben rejected it.*done by hand meanwhile/)
    .waitFor();
  assert.equal((await ask(page, '/api/me')).name, 'ana', 'still logged in');
  say('started again: what happened meanwhile is shown, and by whom');

  await server.stop();
  await page.getByText('Line lost').waitFor();
  await server.start();
  await page
    .getByRole('button', { name: 'Try now' })
    .click({ timeout: 2000 })
    .catch(() => undefined);
  await page.locator('.line.live').waitFor({ timeout: 30_000 });
  say('stopped and started once more: live');
});

// Pictures of the page, to look at: node test/pictures.mjs FOLDER, with VAHO and VAHO_EXERCISE as
// the tests have them.
import path from 'node:path';
import { addPeople, ANONYMOUS, logIn, test } from './browser/harness.mjs';

const folder = process.argv[2];
await test(async ({ casebook, dir, server, open }) => {
  addPeople(casebook, [
    ['root', 'admin,overseer'],
    ['ana', 'analyst', 'root'],
    ['ben', 'analyst', 'root'],
  ]);
  await server.stop();
  await server.start('--products', path.join(dir, 'exercise', 'found'));
  const shoot = async (page, name) => {
    await page.waitForTimeout(1200);
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
    console.log(name);
  };
  const anyone = { allowed: ANONYMOUS };
  const page = await open({ ...anyone, colorScheme: 'light' });
  await shoot(page, 'login');
  await logIn(page, 'ana');
  await page.locator('.spectrum canvas').first().waitFor();
  await shoot(page, 'review-light');
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await shoot(page, 'review-zoomed');
  await page.locator('.evidence').evaluate((box) => box.scrollTo(0, 520));
  await shoot(page, 'evidence-below');
  await page.keyboard.press('r');
  await shoot(page, 'reject');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await shoot(page, 'help');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Known sources/ }).click();
  await page.getByLabel('Colours').selectOption('dark');
  await shoot(page, 'review-dark');
  await page.getByLabel('Language').selectOption('es');
  await page.locator('.spectrum canvas').first().waitFor();
  await shoot(page, 'review-es-dark');
  await page.goto(`${server.url}#/account`);
  await shoot(page, 'account-es-dark');

  const tablet = await open({ ...anyone, viewport: { width: 820, height: 1180 }, hasTouch: true });
  await logIn(tablet, 'ben');
  await tablet.locator('.spectrum canvas').first().waitFor();
  await shoot(tablet, 'tablet-upright');
  await tablet.setViewportSize({ width: 1024, height: 768 });
  await shoot(tablet, 'tablet');

  const over = await open(anyone);
  await logIn(over, 'root');
  await over.goto(`${server.url}#/ledger`);
  await over
    .getByRole('button', { name: /Verify entry/ })
    .first()
    .waitFor();
  await shoot(over, 'ledger');
  await over.goto(`${server.url}#/users`);
  await shoot(over, 'users');
});

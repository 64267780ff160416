// axe-core over every place and dialog, in both themes and both languages: nothing of WCAG 2.2 A
// and AA that a machine can find.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { addPeople, ANONYMOUS, assert, openAs, siteShown, test } from './harness.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function check(page, where, say) {
  await page.waitForTimeout(300);
  await page.evaluate(axe); // by the debugger, which the page's policy does not bind
  const { violations, passes } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), TAGS);
  const told = violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`));
  assert.deepEqual(told, [], where);
  assert.ok(passes.length > 15, `${where}: axe looked at something`);
  say(`${where}: ${passes.length} rules, nothing found`);
}

await test(async ({ casebook, server, open, say }) => {
  addPeople(casebook, [['root', 'admin,overseer,analyst']]);
  for (const [colorScheme, locale] of [
    ['light', 'en-GB'],
    ['dark', 'es-ES'],
  ]) {
    const name = `${colorScheme} ${locale}`;
    const options = { colorScheme, locale, allowed: ANONYMOUS };
    const out = await open(options);
    await out.locator('.card form').waitFor();
    await check(out, `${name}: log-in`, say);
    await out.locator('input').nth(0).fill('root');
    await out.locator('input').nth(1).fill('a fairly long password');
    await out.keyboard.press('Enter');
    await siteShown(out);
    await out.locator('.spectrum canvas').first().waitFor();
    await check(out, `${name}: review`, say);
    for (const key of ['c', 'r', '?']) {
      await out.keyboard.press(key);
      await out.getByRole('dialog').waitFor();
      await check(out, `${name}: dialog of ${key}`, say);
      await out.keyboard.press('Escape');
      await out.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    for (const place of ['ledger', 'users', 'account']) {
      await out.goto(`${server.url}#/${place}`);
      await out.locator('.page h1').waitFor();
      await check(out, `${name}: ${place}`, say);
    }
    await out.context().close();
  }
  const small = await openAs(open, 'root', { viewport: { width: 768, height: 1024 } });
  await check(small, 'tablet: review', say);
  const wide = await small.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, 'nothing is wider than the window');
  await small.setViewportSize({ width: 1280, height: 720 });
  assert.equal(
    await small.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight),
    0,
  );
});

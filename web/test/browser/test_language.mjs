// English and Spanish, and dark and light: switched in place, kept, and taken from the browser first.
import { addPeople, assert, openAs, test } from './harness.mjs';

await test(async ({ casebook, server, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['ana', 'analyst', 'root'],
  ]);
  const page = await openAs(open, 'ana');
  const site = page.url();
  await page.getByLabel('Language').selectOption('es');
  await page.getByRole('button', { name: /^Confirmar/ }).waitFor();
  await page.getByRole('heading', { name: 'Por qué está aquí' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'es');
  assert.equal(page.url(), site, 'the same site stays on the screen');
  const leftOver = await page.evaluate(() =>
    document.body.innerText.match(/\b(passes|plumes|Queue|Confirm|now|flights)\b/g),
  );
  assert.equal(leftOver, null, 'no English is left');
  await page.reload();
  await page.getByRole('button', { name: /^Confirmar/ }).waitFor();
  say('Spanish at once, and after loading again');

  await page.getByLabel('Colores').selectOption('dark');
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await page.getByLabel('Colores').selectOption('light');
  assert.notEqual(await paper(), dark);
  await page.getByLabel('Colores').selectOption('system');
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.equal(await paper(), dark);
  say('dark, light, and as the system has it');

  const fresh = await open({ locale: 'es-ES', allowed: [/401/] });
  await fresh.getByRole('button', { name: 'Entrar' }).waitFor();
  await fresh.goto(server.url);
  say('a browser in Spanish is greeted in Spanish');
});

// From the set-up link to an analyst at work: the first account, another one made in the page,
// wrong words refused, the link of no use a second time.
import { ANONYMOUS, assert, logIn, PASSWORD, REFUSED, setUp, test } from './harness.mjs';

await test(async ({ server, open, say }) => {
  const page = await open({ allowed: [...ANONYMOUS, REFUSED(422), REFUSED(409)] });
  assert.ok(server.setup, 'a casebook without accounts has a set-up link');
  await page.getByText('There is no account yet').waitFor();

  await page.goto(server.setup);
  await page.getByRole('heading', { name: 'First account' }).waitFor();
  await page.getByLabel('Name').fill('root');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('The same again').fill('something else entirely');
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.getByText('The two passwords differ.').waitFor();
  assert.ok(!page.url().includes('setup'), 'the token does not stay in the address');
  say('two passwords that differ are refused');

  await page.goto('about:blank');
  await setUp(page, server, 'root', []);
  await page.getByText('None of your roles shows sites.').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Review' }).count(), 0);
  say('the first account is an admin, who sees no site');

  await page.getByRole('link', { name: 'Accounts' }).click();
  const add = page.getByRole('form', { name: 'New account' });
  await add.getByLabel('Name').fill('ana');
  await add.getByLabel('First password').fill(PASSWORD);
  await add.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('rowheader', { name: 'ana' }).waitFor();
  await add.getByLabel('Name').fill('ana');
  await add.getByLabel('First password').fill(PASSWORD);
  await add.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('This name is taken.').waitFor();
  say('an analyst is made, and no second one of that name');

  await page.getByRole('button', { name: 'Log out', exact: true }).first().click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await logIn(page, 'ana', 'not her password at all');
  await page.getByText('Name, password or code is wrong.').waitFor();
  await logIn(page, 'ana');
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  assert.equal(await page.getByRole('link', { name: 'Accounts' }).count(), 0);
  await page.locator('.exercise').getByText('EXERCISE').first().waitFor();
  say('the analyst sees the queue, under the sign of an exercise');

  const stranger = await open({ allowed: [...ANONYMOUS, REFUSED(403)] });
  await stranger.goto('about:blank');
  await stranger.goto(server.setup);
  await stranger.getByText('The set-up link is used or no longer needed').waitFor();
  say('the link is of no use a second time');
});

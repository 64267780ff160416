// One's own account: a new password, one-time codes from enrolment to log-in, out everywhere.
import { createHmac } from 'node:crypto';
import { addPeople, ANONYMOUS, assert, logIn, openAs, PASSWORD, REFUSED, test } from './harness.mjs';

/** RFC 6238 with SHA-1, 30 seconds, 6 digits, as authenticators have it. */
function codeOf(secret, ms = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(ms / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0');
}

await test(async ({ casebook, server, open, say }) => {
  addPeople(casebook, [
    ['root', 'admin'],
    ['ana', 'analyst', 'root'],
  ]);
  const page = await openAs(open, 'ana', { allowed: [REFUSED(401), REFUSED(409)] });
  const other = await openAs(open, 'ana', { allowed: [REFUSED(401)] });
  await page.goto(`${server.url}#/account`);

  const form = page.getByRole('form', { name: 'Change the password' });
  await form.getByLabel('Password until now').fill(PASSWORD);
  await form.getByLabel('New password').fill('another long password');
  await form.getByLabel('The same again').fill('another long password');
  await form.getByRole('button').click();
  await page.getByText('Password changed').waitFor();
  await other.getByText('The session is over. Log in again.').waitFor();
  say('a new password ends the other sessions, and they see it');

  const enrol = page.getByRole('form', { name: 'Set up codes' });
  await enrol.getByLabel('Password').fill('another long password');
  await enrol.getByRole('button').click();
  const secret = (await page.locator('.secret').first().innerText()).replaceAll(' ', '');
  await page.getByLabel('One-time code').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Turn codes on' }).click();
  await page.getByText('Codes are on: you are asked').waitFor();

  await page.getByRole('button', { name: 'Log out everywhere' }).click();
  await page.getByText('You are logged out everywhere.').waitFor();
  await logIn(page, 'ana', 'another long password');
  await page.getByLabel('One-time code').fill('000000');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Name, password or code is wrong.').waitFor();
  // a code is good once: the next one, which counts for the clocks that run ahead
  await page.getByLabel('One-time code').fill(codeOf(secret, Date.now() + 30_000));
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out', exact: true }).waitFor();
  say('codes: set up, asked for, refused when wrong, good once');

  const stranger = await open({ allowed: ANONYMOUS });
  await logIn(stranger, 'ana', PASSWORD);
  await stranger.getByText('Name, password or code is wrong.').waitFor();
  assert.equal(await stranger.getByLabel('One-time code').count(), 0, 'a wrong password tells nothing of codes');
  say('the old password is of no use');
});

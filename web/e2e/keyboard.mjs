// SPDX-License-Identifier: Apache-2.0
// The pages without a mouse: skip link, palette, rows, selection, dialogs, Back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BASE, openPage, requireServer, settled, signIn } from './session.mjs';

requireServer();
let home;
let page;
let complaints;

before(async () => {
  home = await signIn();
  ({ page, complaints } = await openPage(home.browser, { storage: home.storage }));
});
after(async () => {
  await home.close();
  assert.deepEqual(complaints, []);
});

async function open(path) {
  await page.goto(BASE + path);
  await settled(page);
}

test('the first Tab offers to skip to the content', async () => {
  await open('/tickets');
  await page.keyboard.press('Tab');
  const focused = page.locator(':focus');
  assert.equal(await focused.getAttribute('href'), '#main');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
});

test('Ctrl K opens the palette, typing finds a page, Enter goes there', async () => {
  await open('/');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('Systems');
  await page.locator('[role=option][aria-selected=true]', { hasText: 'Systems' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/systems');
  await settled(page);
});

test('the palette finds records by the server’s search and Escape closes it', async () => {
  await open('/');
  await page.keyboard.press('/');
  await page.getByRole('combobox').fill('openssl');
  await page.locator('[role=option]', { hasText: 'openssl' }).first().waitFor();
  // The question itself is one; a record found by the server is the second.
  await page.locator('[role=option]').nth(1).waitFor();
  await page.keyboard.press('Escape');
  // The dialog closes at once, its content goes a moment later; until then the hidden field still has the keys.
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await page.locator('input[role=combobox]').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
});

test('j and k walk the rows, x selects one, Enter opens it, Back returns to the same list', async () => {
  await open('/tickets?view=flat&sort=criticality');
  const rows = page.locator('[data-row]');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  assert.ok(await rows.first().evaluate((row) => row.contains(document.activeElement)), 'the first row holds the focus');
  await page.keyboard.press('x');
  assert.equal(await rows.first().getAttribute('aria-selected'), 'true');
  await page.getByRole('region', { name: 'Selected rows' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/tickets\/[^?]+$/);
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', 'a new page is announced by its heading');
  await page.goBack();
  await page.waitForURL('**/tickets?view=flat&sort=criticality');
});

test('a filter is chosen by keyboard and stands in the address', async () => {
  await open('/tickets?view=flat');
  await page.getByRole('button', { name: 'Criticality', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL('**criticality=critical**');
});

test('g t goes to tickets, ? shows the keys', async () => {
  await open('/');
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.waitForURL('**/tickets');
  await settled(page);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
});

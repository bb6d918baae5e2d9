// SPDX-License-Identifier: Apache-2.0
// A department's month as its manager lives it: a cause is named, an improvement opened and ended, the self-check handed in,
// a pause asked for; in both languages, at both widths.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BASE, openPage, reader, requireServer, settled, signIn } from './session.mjs';

requireServer();
const mark = Date.now().toString(36);
let home;
let page;
let complaints;
let get;
let unit;

before(async () => {
  home = await signIn();
  const storage = process.env.HINOMI_STORAGE_MANAGER ? JSON.parse(process.env.HINOMI_STORAGE_MANAGER) : home.storage;
  get = reader(storage);
  ({ page, complaints } = await openPage(home.browser, { storage }));
  const seats = (await get('/session')).seats;
  const tree = (await get('/units')).items;
  unit = seats.map((seat) => tree.find((each) => each.id === seat.unit_id)).find((each) => each?.kind === 'department') ?? tree.find((each) => each.kind === 'department');
  assert.ok(unit, 'there is a department');
});
after(async () => {
  await home.close();
  assert.deepEqual(complaints.filter((each) => !/status of (404|409|422)/.test(each)), []);
});

const dialog = () => page.locator('dialog[open]');
async function gone() {
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
}
async function month() {
  await page.goto(`${BASE}/department?unit=${unit.id}`);
  await settled(page);
}

test('a cause is named for a figure and stands beside it', async () => {
  await month();
  const row = page.locator('tr[data-figure=tickets-overdue]');
  await row.locator('[data-action=cause]').click();
  await dialog().locator('#cause-kind').selectOption('supplier');
  await dialog().locator('#cause-text').fill(`The supplier is late (${mark})`);
  await page.locator('[data-action=save-cause]').click();
  await gone();
  await row.getByText(`The supplier is late (${mark})`).waitFor();
});

test('an improvement is measured when it is opened, and says what came of it', async () => {
  await month();
  await page.locator('tr[data-figure=tickets-open] [data-action=improve]').click();
  await dialog().locator('#improvement-title').fill(`Fewer open tickets ${mark}`);
  await dialog().locator('#improvement-target').fill('0');
  await page.locator('[data-action=open-improvement]').click();
  await gone();
  const card = page.locator('[data-improvement]', { hasText: `Fewer open tickets ${mark}` });
  await card.waitFor();
  const open = (await get(`/tickets/counts?unit=${unit.id}&state=open`)).open;
  assert.match(await card.locator('dd.number').first().innerText(), new RegExp(`^${open.toLocaleString('en')}$`));
  await card.locator('summary').click();
  if (open > 0) await card.locator('table a').first().waitFor();
  await card.locator('[data-action=close]').click();
  await dialog().locator('#close-state').selectOption('dropped');
  await dialog().locator('#close-result').fill('Only a test');
  await page.locator('[data-action=close-improvement]').click();
  // Nobody lets themselves off: dropping it is for somebody else. The words that were typed stay.
  await dialog().locator('[data-problem=improvement-own]').waitFor();
  const refused = complaints.findIndex((each) => /status of 403/.test(each));
  assert.notEqual(refused, -1, 'the server refuses');
  complaints.splice(refused, 1);
  await dialog().locator('#close-state').selectOption('done');
  await page.locator('[data-action=close-improvement]').click();
  await gone();
  await card.getByText('Only a test').waitFor();
  // Its measure has not moved, and nobody else has said so yet.
  await card.locator('[data-unproven]').waitFor();
});

test('the self-check keeps a draft, wants its answers, and is handed in once', async () => {
  await page.goto(`${BASE}/department/check?unit=${unit.id}`);
  await settled(page);
  const handIn = page.locator('[data-action=hand-in]');
  if ((await handIn.count()) === 0) return; // Handed in already this month.
  const questions = page.locator('[data-question]');
  const count = await questions.count();
  assert.ok(count >= 10, `${count} questions`);
  await questions.first().locator('input[value=yes]').check();
  await page.locator('[data-action=save-check]').click();
  await page.reload();
  await settled(page);
  assert.ok(await questions.first().locator('input[value=yes]').isChecked(), 'the draft is kept');
  for (let index = 0; index < count; index++) {
    await questions.nth(index).locator('input[value=yes]').check();
    await questions.nth(index).locator('textarea').first().fill('Seen in the meeting');
  }
  await handIn.click();
  await page.locator('[data-action=hand-in]').waitFor({ state: 'detached' });
  assert.equal(await page.locator('fieldset[disabled]').count(), count, 'what is handed in stays');
});

test('what is owed is listed, and a pause waits for somebody else', async () => {
  await page.goto(`${BASE}/obligations?unit=${unit.id}`);
  await settled(page);
  const ask = page.locator('[data-duty]:not([data-duty=ticket]) [data-action=ask-pause]').first();
  if ((await ask.count()) === 0) return;
  await ask.click();
  await dialog().locator('#pause-reason').fill(`The office moves ${mark}`);
  await page.locator('[data-action=save-pause]').click();
  await gone();
  await page.getByText(`The office moves ${mark}`).first().waitFor();
});

test('a ticket is paused by two people, on the same clock and in the same list', async () => {
  const now = Date.now();
  const pausable = (each) => each.due_at && Date.parse(each.due_at) > now && !each.known_exploited && !each.paused_until;
  const ticket = (await get(`/tickets?unit=${unit.id}&state=open&limit=200`)).items.find(pausable);
  if (!ticket) return;
  await page.goto(`${BASE}/tickets/${ticket.id}`);
  await settled(page);
  await page.locator('[data-action=ask-pause]').click();
  await dialog().locator('#pause-reason').fill(`Stocktaking ${mark}`);
  await dialog().locator('#pause-until').fill(new Date(now + 10 * 86_400_000).toISOString().slice(0, 10));
  await page.locator('[data-action=save-pause]').click();
  await gone();
  await page.locator('.history').getByText(`Stocktaking ${mark}`).waitFor();
  // The CISO's office says yes in the list of everything that is owed.
  const office = await openPage(home.browser, { storage: home.storage });
  await office.page.goto(`${BASE}/obligations?unit=${unit.id}&kind=ticket&state=paused`);
  await settled(office.page);
  const row = office.page.locator('[data-duty=ticket]', { hasText: `T-${ticket.id} ` });
  await row.locator('[data-action=approve]').click();
  await row.locator('[data-action=end-pause]').waitFor();
  assert.deepEqual(office.complaints, []);
  await office.context.close();
});

test('the months move by key, in both languages and widths', async () => {
  for (const locale of ['en', 'ja']) {
    for (const width of [1280, 390]) {
      const opened = await openPage(home.browser, { storage: home.storage, locale, width });
      await opened.page.goto(`${BASE}/maturity/timeline`);
      await settled(opened.page);
      const slider = opened.page.locator('input[type=range]');
      if ((await slider.count()) > 0 && (await slider.getAttribute('max')) !== '0') {
        const before = await slider.getAttribute('aria-valuetext');
        await slider.press('ArrowLeft');
        await opened.page.waitForFunction((text) => document.querySelector('input[type=range]').getAttribute('aria-valuetext') !== text, before);
      }
      assert.equal(await opened.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${locale} ${width}`);
      assert.deepEqual(opened.complaints, []);
      await opened.context.close();
    }
  }
});

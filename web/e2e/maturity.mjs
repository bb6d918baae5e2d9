// SPDX-License-Identifier: Apache-2.0
// The yardstick as the group's CISO keeps it: a target is set and inherited, a procedure approved and taken back, another formula
// set tried, ratings taken from a file, the months walked by keyboard; each figure opens as many rows as it says.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BASE, openPage, reader, requireServer, settled, signIn } from './session.mjs';

requireServer();
const mark = Date.now().toString(36);
let home;
let page;
let complaints;
let get;

before(async () => {
  home = await signIn();
  get = reader(home.storage);
  ({ page, complaints } = await openPage(home.browser, { storage: home.storage }));
});
after(async () => {
  await home.close();
  assert.deepEqual(complaints.filter((each) => !/status of 422/.test(each)), []);
});

const dialog = () => page.locator('dialog[open]');
async function gone() {
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
}
async function open(path) {
  await page.goto(BASE + path);
  await settled(page);
}

test('a target that is set for the group is inherited below until it is taken back', async () => {
  await open('/maturity/targets');
  await page.locator('[data-action=target]').click();
  await dialog().locator('#target-axis').selectOption('culture');
  await dialog().locator('#target-score').fill('33.3');
  await dialog().locator('#target-month').fill('2031-03');
  await dialog().locator('#target-reason').fill(`plan ${mark}`);
  await page.locator('[data-action=set-target]').click();
  await gone();
  const row = page.locator('tr', { hasText: `plan ${mark}` });
  await row.waitFor();
  const below = (await get('/maturity')).children[0].unit.id;
  await open(`/maturity/targets?unit=${below}`);
  await page.locator('tr[data-axis=culture]', { hasText: '33.3' }).waitFor();
  await open('/maturity/targets');
  await row.locator('[data-action=take-back]').click();
  await row.waitFor({ state: 'detached' });
});

test('a procedure is approved and taken back with a reason', async () => {
  await open('/maturity/procedures');
  await page.locator('[data-action=approve]').click();
  await dialog().locator('#p-title').fill(`How we patch ${mark}`);
  await dialog().locator('#p-by').fill('The CISO');
  await dialog().locator('#p-link').fill('https://intra.example.test/patch');
  await dialog().locator('[data-action=save-approval]').click();
  await gone();
  const row = page.locator('tr', { hasText: `How we patch ${mark}` });
  await row.locator('[data-action=revoke]').click();
  await dialog().locator('#r-why').fill('superseded');
  await dialog().locator('[data-action=save-revocation]').click();
  await gone();
  await row.locator('[data-action=revoke]').waitFor({ state: 'detached' });
});

test('another formula set shows what it would change, and is not filed by that', async () => {
  await open('/maturity/formulas');
  const filed = (await get('/maturity/formula-sets')).items.length;
  await page.locator('[data-action=change-formulas]').click();
  const text = page.locator('#formula-text');
  await text.fill((await text.inputValue()).replace('least_weight = 50', 'least_weight = 999'));
  await page.locator('[data-action=try-formulas]').click();
  await page.locator('[role=status] table').waitFor();
  assert.equal((await get('/maturity/formula-sets')).items.length, filed);
  assert.ok(await page.locator('[data-action=file-formulas]').isDisabled(), 'a set wants a reason');
});

test('ratings come from a file, all of them or none with the line that is wrong', async () => {
  const code = (await get('/units')).items.find((unit) => unit.kind === 'group').code;
  await open('/maturity/outside');
  const file = (rows) => ({ name: 'ratings.csv', mimeType: 'text/csv', buffer: Buffer.from(`unit,provider,rated_on,value,scale\n${rows}`) });
  const input = page.locator('input[type=file]');
  await input.setInputFiles(file(`${code},Watch ${mark},2026-10-01,B,A to F\nnobody,Watch ${mark},2026-10-01,B,A to F\n`));
  await page.locator('[data-problem]', { hasText: '3' }).waitFor();
  assert.equal(await page.getByText(`Watch ${mark}`).count(), 0);
  await input.setInputFiles(file(`${code},Watch ${mark},2026-10-01,B,A to F\n`));
  await page.locator('td', { hasText: `Watch ${mark}` }).waitFor();
});

test('an arrow key moves radar and heat map a month, and back', async () => {
  await open('/maturity/timeline');
  const slider = page.locator('input[type=range]');
  const name = () => page.locator('.slider .month').innerText();
  const newest = await name();
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await settled(page);
  assert.notEqual(await name(), newest);
  await page.keyboard.press('ArrowRight');
  await settled(page);
  assert.equal(await name(), newest);
});

test('each figure of the system axis opens as many rows as it counts', async () => {
  const { month, axes } = await get('/maturity');
  const figures = axes.find((axis) => axis.axis === 'system').indicators.filter((one) => one.state === 'scored' && one.shape !== 'median_falling' && one.code !== 'S10');
  assert.ok(figures.length > 3);
  for (const { code, in_scope } of figures) {
    const rows = await get(`/maturity/rows?month=${month.month}&indicator=${code}&limit=1`);
    assert.equal(rows.rows_for + rows.rows_against + rows.hidden, in_scope, code);
    await open(`/maturity?month=${month.month}&indicator=${code}${rows.rows_against > 0 ? '' : '&side=for'}`);
    assert.ok((await page.locator('#rows-card tbody tr').count()) > 0, code);
  }
});

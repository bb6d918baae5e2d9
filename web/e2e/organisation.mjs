// SPDX-License-Identifier: Apache-2.0
// The organisation as its administrator keeps it: a unit is added, renamed, moved on a day, given a
// seat with holder and deputy, and closed; a wrong file is told cell by cell; a department's manager
// is offered none of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BASE, openPage, reader, requireServer, settled, signIn } from './session.mjs';

requireServer();
const mark = Date.now().toString(36);
const code = `e2e-${mark}`;
let home;
let page;
let complaints;
let get;
let unit;

before(async () => {
  home = await signIn();
  get = reader(home.storage);
  ({ page, complaints } = await openPage(home.browser, { storage: home.storage }));
});
after(async () => {
  await home.close();
  // A refused file answers 400 by design; the browser notes it on the console.
  assert.deepEqual(complaints.filter((each) => !/status of (400|409|422)/.test(each)), []);
});

const dialog = () => page.locator('dialog[open]');
async function pickUnit(words) {
  await dialog().locator('button[aria-haspopup=dialog]').click();
  const picker = page.locator('dialog[open]').last();
  await picker.locator('input[type=search]').fill(words);
  await picker.locator('li button').first().click();
}
async function gone() {
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
}
async function units() {
  return (await get('/units')).items;
}

test('a unit is added below the group', async () => {
  await page.goto(`${BASE}/organisation`);
  await settled(page);
  await page.locator('[data-action=add-unit]').click();
  await dialog().locator('#u-code').fill(code);
  await dialog().locator('#u-kind').selectOption('department');
  await dialog().locator('#u-name').fill('Lighthouse Department');
  await dialog().locator('#u-name-ja').fill('灯台部');
  await dialog().locator('[data-action=save-unit]').click();
  await page.waitForURL(/\/organisation\/units\//);
  await page.getByRole('heading', { level: 1, name: 'Lighthouse Department' }).waitFor();
  unit = (await units()).find((each) => each.code === code);
  assert.ok(unit, 'the server has it');
});

test('it is renamed and moved, and yesterday does not know it', async () => {
  const company = (await units()).find((each) => each.kind === 'company');
  await page.locator('[data-action=edit-unit]').click();
  await dialog().locator('#u-name').fill('Beacon Department');
  await pickUnit(company.name);
  await dialog().locator('[data-action=save-unit]').click();
  await gone();
  await page.getByRole('heading', { level: 1, name: 'Beacon Department' }).waitFor();
  assert.equal((await units()).find((each) => each.id === unit.id).parent_id, company.id);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  await page.goto(`${BASE}/organisation?at=${yesterday}`);
  await settled(page);
  assert.equal(await page.locator('.tree', { hasText: 'Beacon Department' }).count(), 0);
  await page.goto(`${BASE}/organisation/units/${unit.id}`);
  await settled(page);
});

test('a seat is added, filled, given a deputy and left empty', async () => {
  const seatOf = async () => (await get(`/units/${unit.id}`)).seats[0];
  await page.getByRole('button', { name: 'Add a seat' }).click();
  await page.getByRole('option', { name: 'Auditor' }).click();
  const row = page.locator('[data-seat=auditor]');
  await row.waitFor();
  const people = (await get('/people?limit=2')).items;
  async function fill(person, deputy) {
    await row.locator('[data-action=edit-seat]').click();
    if (deputy) await dialog().locator('input[type=radio]').nth(1).check();
    await dialog().locator('input[type=search]').fill(person.name);
    await dialog().locator('li button', { hasText: person.name }).first().click();
    await dialog().locator('[data-action=assign-seat]').click();
    await gone();
  }
  await fill(people[0], false);
  await row.getByText(people[0].name).waitFor();
  await fill(people[1], true);
  await row.getByText(people[1].name).waitFor();
  assert.equal((await seatOf()).deputy.id, people[1].id);
  await row.locator('[data-action=edit-seat]').click();
  await dialog().locator('[data-action=vacate]').click();
  await gone();
  await row.getByText('Vacant').first().waitFor();
  assert.equal((await seatOf()).holder, null);
});

test('a person is added and leaves', async () => {
  await page.goto(`${BASE}/organisation/people?unit=${unit.id}`);
  await settled(page);
  await page.locator('[data-action=add-person]').click();
  await dialog().locator('#n-code').fill(`P-${mark}`);
  await dialog().locator('#n-name').fill('Nami Toda');
  await dialog().locator('#n-native').fill('戸田 波');
  await dialog().locator('[data-action=save-person]').click();
  await gone();
  const row = page.locator('[data-row]', { hasText: 'Nami Toda' });
  await row.waitFor();
  await row.locator('[data-action=edit-person]').click();
  await dialog().locator('#n-left').fill(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
  await dialog().locator('[data-action=save-person]').click();
  await gone();
  await row.waitFor({ state: 'detached' });
});

test('a wrong file is told cell by cell and writes nothing', async () => {
  await page.goto(`${BASE}/organisation`);
  await settled(page);
  await page.locator('[data-action=import]').click();
  const text = `code,kind,name,name_ja,parent_code,valid_from,valid_to\n${code}-x,departement,Wrong Kind,,hoshimine,,\n${code}-y,department,,,nowhere,,\n`;
  await dialog().locator('input[type=file]').setInputFiles({ name: 'units.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  const errors = page.locator('[data-import-errors]');
  await errors.waitFor();
  const words = await errors.innerText();
  assert.match(words, /\b2\b[\s\S]*kind/);
  assert.match(words, /\b3\b[\s\S]*name/);
  assert.equal(await dialog().locator('[data-action=import-org]').isDisabled(), true);
  await page.keyboard.press('Escape');
  assert.equal((await units()).some((each) => each.code.startsWith(`${code}-`)), false);
});

test('it owns a system: it ends only when another unit takes that over', async () => {
  assert.deepEqual((await get(`/units/${unit.id}/holdings`)).owned, []);
  await page.goto(`${BASE}/systems`);
  await settled(page);
  await page.locator('[data-action=add-system]').first().click();
  await dialog().locator('#s-code').fill(`lamp-${mark}`);
  await dialog().locator('#s-name').fill('Lamp Control');
  await pickUnit('Beacon Department');
  await dialog().locator('[data-action=save-system]').click();
  await gone();
  await page.goto(`${BASE}/organisation/units/${unit.id}`);
  await settled(page);
  await page.locator('[data-action=end-unit]').click();
  await dialog().locator('[data-holdings]').getByText('1 system', { exact: true }).waitFor();
  await dialog().locator('#c-why').fill('Merged');
  assert.equal(await dialog().locator('[data-action=close-unit]').isDisabled(), true, 'no heir yet');
  const company = (await units()).find((each) => each.kind === 'company');
  await pickUnit(company.name);
  await page.locator('dialog[open] [data-action=close-unit]').click();
  await page.waitForURL('**/organisation');
  assert.equal((await units()).some((each) => each.id === unit.id), false);
  const system = (await get(`/systems?q=lamp-${mark}`)).items[0];
  assert.equal(system.unit_id, company.id);
});

test('a unit that owns nothing is closed and stands in the past only', async () => {
  await page.goto(`${BASE}/organisation`);
  await settled(page);
  await page.locator('[data-action=add-unit]').click();
  await dialog().locator('#u-code').fill(`${code}-b`);
  await dialog().locator('#u-kind').selectOption('department');
  await dialog().locator('#u-name').fill('Lantern Department');
  await dialog().locator('[data-action=save-unit]').click();
  await page.waitForURL(/\/organisation\/units\//);
  unit = (await units()).find((each) => each.code === `${code}-b`);
  await page.goto(`${BASE}/organisation/units/${unit.id}`);
  await settled(page);
  await page.locator('[data-action=end-unit]').click();
  await dialog().locator('#c-why').fill('The lighthouse went dark');
  await dialog().locator('[data-action=close-unit]').click();
  await page.waitForURL('**/organisation');
  assert.equal((await units()).some((each) => each.id === unit.id), false);
});

test('whom the organisation is not entrusted to is offered no change', { skip: process.env.HINOMI_STORAGE_MANAGER ? false : 'no manager to sign in as' }, async () => {
  const { page: other, context, complaints: theirs } = await openPage(home.browser, { storage: JSON.parse(process.env.HINOMI_STORAGE_MANAGER) });
  for (const path of ['/organisation', '/organisation/people', '/organisation/seats']) {
    await other.goto(BASE + path);
    await settled(other);
    assert.equal(await other.locator('[data-action]').count(), 0, path);
  }
  await context.close();
  assert.deepEqual(theirs, []);
});

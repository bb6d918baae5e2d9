// SPDX-License-Identifier: Apache-2.0
// The inventory as the CISO's people keep it: files come in with a result each, a table through a
// mapping of its columns; what then may be one thing or two is asked, answered and taken back; the
// asset's page says who said what; a filter is kept; a setting is changed and put back. Both languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BASE, openPage, reader, requireServer, settled, signIn } from './session.mjs';

requireServer();
const mark = Date.now().toString(36);
const mac = `02:${(mark + '0000000000').slice(-10).match(/../g).map((pair) => (Number.parseInt(pair, 36) % 256).toString(16).padStart(2, '0')).join(':')}`;
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
  assert.deepEqual(complaints.filter((each) => !/status of (400|409|422)/.test(each)), []);
});

async function open(path, where = page) {
  await where.goto(BASE + path);
  await settled(where);
}
const file = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });

test('files come in together, each with its own result', async () => {
  await open('/assets/import');
  const sbom = { bomFormat: 'CycloneDX', specVersion: '1.5', metadata: { component: { type: 'application', name: `e2e-${mark}`, version: '1' } }, components: [{ type: 'library', name: 'lodash', version: '4.17.20', purl: 'pkg:npm/lodash@4.17.20' }] };
  await page.locator('input[type=file]').setInputFiles([file(`${mark}.cdx.json`, JSON.stringify(sbom)), file('broken.json', '{"bomFormat": "CycloneDX", broken')]);
  await page.locator('[data-import-open="0"]').waitFor();
  await page.locator('[data-import=done]').waitFor();
  const refused = await page.locator('[data-import=refused]').innerText();
  assert.match(refused, /broken\.json/);
  assert.match(refused, /line 1/, 'the place of the fault is named');
  const found = await get(`/assets?q=e2e-${mark}`);
  assert.equal(found.items.length, 1, 'the asset that the file names is there');
});

async function table(name, rows) {
  await open('/assets/import/table');
  await page.locator('input[type=file]').setInputFiles(file(`${name}.csv`, ['Key,Name,MAC,Remark', ...rows].join('\n')));
  await page.locator('[data-read]').first().waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'MAC' }).inputValue(), 'mac_address', 'the meaning is suggested');
  await page.getByRole('combobox', { name: 'Key' }).selectOption('id');
  await page.locator('#t-name').fill(`e2e ${mark}`);
  await page.locator('#t-source').fill(`${name}-${mark}`);
  await page.locator('[data-action=take-table]').click();
  await page.locator('[data-import=done]').waitFor();
}

test('a table comes in through a mapping of its columns', async () => {
  await table('ledger', [`1,e2e-left-${mark},${mac},`, `2,e2e-right-${mark},${mac},bonded`]);
  assert.equal((await get(`/assets?q=e2e-left-${mark}`)).items.length, 1);
  assert.equal((await get(`/assets?q=e2e-right-${mark}`)).items.length, 1);
  assert.ok((await get('/import-mappings')).some((each) => each.name === `e2e ${mark}`), 'the mapping is kept');
});

test('what fits two is asked, answered and taken back', async () => {
  await table('second', [`9,e2e-third-${mark},${mac},`]);
  const asked = async () => (await get('/asset-questions?limit=200')).items.find((each) => each.shared.some((value) => value.toLowerCase() === mac));
  const question = await asked();
  assert.ok(question, 'the two that share an address are in question');
  await open('/assets/questions');
  const card = page.locator(`[data-question="${question.id}"]`);
  await card.waitFor();
  assert.ok((await card.innerText()).toLowerCase().includes(mac), 'what they share is shown');
  await card.locator('[data-action=same]').first().click();
  await card.waitFor({ state: 'detached' });
  assert.equal(await asked(), undefined);
  await page.locator('[data-action=undo]').click();
  await card.waitFor();
  assert.ok(await asked(), 'the question is back');
  await card.locator('[data-action=separate]').click();
  await card.waitFor({ state: 'detached' });
});

test('the asset says who said what, and data quality counts it', async () => {
  const asset = (await get(`/assets?q=e2e-left-${mark}`)).items[0];
  await open(`/assets/${asset.id}?tab=sources`);
  await page.locator('[data-record]').first().waitFor();
  assert.ok((await page.locator('main').innerText()).toLowerCase().includes(mac));
  await open(`/assets/${asset.id}?tab=relations`);
  await open('/quality');
  const total = (await get('/data-quality')).total;
  const shown = await page.locator('[data-tile=without_inventory]').innerText();
  assert.equal(Number(shown.replaceAll(/\D/g, '')), total.without_inventory, 'the picture shows what the records say');
});

test('a filter is kept under a name and columns are chosen', async () => {
  await open('/assets?list=stale');
  await page.getByRole('button', { name: 'Saved filters' }).click();
  await page.getByRole('textbox', { name: 'Name of this filter' }).fill('Not seen');
  await page.locator('[data-action=save-view]').click();
  await open('/assets');
  await page.getByRole('button', { name: 'Saved filters' }).click();
  await page.getByRole('link', { name: 'Not seen', exact: true }).click();
  await page.waitForURL('**/assets?list=stale');
  await settled(page);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'System', exact: true }).uncheck();
  assert.equal(await page.getByRole('columnheader', { name: 'System', exact: true }).count(), 0);
});

test('a setting is changed, dated and put back', async () => {
  await open('/settings/instance');
  const setting = page.locator('[data-setting=asset-stale-days]');
  const before = (await get('/settings')).items.find((each) => each.name === 'asset-stale-days');
  await setting.locator('input').fill(String(Number(before.default) + 7));
  await setting.locator('[data-action=save-setting]').click();
  await setting.getByRole('button', { name: /^Back to/ }).click();
  await setting.getByRole('button', { name: /^Back to/ }).waitFor({ state: 'detached' });
  assert.equal((await get('/settings')).items.find((each) => each.name === 'asset-stale-days').value, before.default);
});

test('the same pages speak Japanese', async () => {
  const { page: other, context, complaints: theirs } = await openPage(home.browser, { storage: home.storage, locale: 'ja', theme: 'dark', width: 390 });
  for (const [path, heading] of [['/assets/import', 'インベントリの取り込み'], ['/assets/import/table', '表の取り込み'], ['/assets/questions', '要確認の資産'], ['/quality', 'データ品質'], ['/components', 'コンポーネント'], ['/settings/instance', '設定']]) {
    await open(path, other);
    assert.equal(await other.locator('h1').innerText(), heading);
    assert.equal(await other.locator('[data-problem]').count(), 0, path);
  }
  await context.close();
  assert.deepEqual(theirs, []);
});

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

test('a report that does not say of what asks for the asset beside the refusal', async () => {
  const old = [{ Target: 'app (alpine 3.9.4)', Type: 'alpine', Vulnerabilities: [{ VulnerabilityID: 'CVE-2019-14697', PkgName: 'musl', InstalledVersion: '1.1.20-r4', FixedVersion: '1.1.20-r5', Severity: 'CRITICAL' }] }];
  await open('/assets/import');
  await page.locator('input[type=file]').setInputFiles([file(`e2e-image-${mark}.json`, JSON.stringify(old))]);
  const row = page.locator('[data-import=refused]');
  await row.waitFor();
  assert.equal(await row.locator('input[name=asset]').inputValue(), `e2e-image-${mark}`, 'the name of the file is proposed');
  await row.locator('form button').click();
  await page.locator('[data-import=done]').waitFor();
  assert.equal((await get(`/assets?q=e2e-image-${mark}`)).items.length, 1);
});

test('the eight parts of an asset stand side by side, and two days are compared', async () => {
  const snapshots = async (asset) => (await get(`/assets/${asset.id}/snapshots?limit=50`)).items.filter((each) => each.state === 'applied');
  let changed;
  let lists = [];
  for (const asset of (await get('/assets?limit=50')).items) {
    lists = await snapshots(asset);
    const moved = lists.slice(0, -1).find((each) => each.added + each.removed > 0);
    if (moved) {
      changed = { asset, at: moved.observed_at };
      break;
    }
  }
  assert.ok(changed, 'an asset of the demo has changed since its first inventory');
  const before = new Date(Date.parse(changed.at) - 86_400_000).toISOString().slice(0, 10);
  for (const locale of ['en', 'ja']) {
    const { page: other, context, complaints: theirs } = await openPage(home.browser, { storage: home.storage, locale, width: 1280 });
    await open(`/assets/${changed.asset.id}?tab=history&from=${before}`, other);
    const tabs = other.locator('nav.tabs');
    assert.equal(await tabs.locator('a').count(), 8);
    assert.ok(await tabs.evaluate((row) => row.scrollWidth <= row.clientWidth), `${locale}: no part is out of sight`);
    await other.locator('[data-between]').waitFor();
    assert.notEqual(await other.locator('[data-between]').getAttribute('data-between'), '0', `what changed since ${before} is shown`);
    await context.close();
    assert.deepEqual(theirs, []);
  }
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

test('what a scanner saw stands on the asset, and a scanner alone makes a finding', async () => {
  const item = (id, title, cve) => `<ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="${id}" pluginName="${title}" pluginFamily="General">${cve ? `<cve>${cve}</cve>` : ''}<risk_factor>High</risk_factor><solution>Upgrade.</solution></ReportItem>`;
  const cve = `CVE-2099-${10_000 + (Date.now() % 80_000)}`;
  const report = (items) => `<?xml version="1.0"?><NessusClientData_v2><Report name="weekly"><ReportHost name="e2e-scanned-${mark}"><HostProperties><tag name="hostname">e2e-scanned-${mark}</tag></HostProperties>${items}</ReportHost></Report></NessusClientData_v2>`;
  await open('/assets/import');
  await page.locator('input[type=file]').setInputFiles([file(`${mark}.nessus`, report(item(100, 'Appliance below 7.2', cve) + item(300, 'Telnet is on')))]);
  await page.locator('[data-import-open="0"]').waitFor();
  await page.locator('[data-import=done]').waitFor();
  const asset = (await get(`/assets?q=e2e-scanned-${mark}&list=discovered`)).items[0];
  assert.ok(asset, 'a host that only the scanner knows is discovered');
  // The standing is written before the finding that the matcher then makes of it: the test waits for both.
  let seen;
  let found;
  for (let tries = 0; tries < 240; tries += 1) {
    seen = (await get(`/assets/${asset.id}/observations`)).items;
    found = (await get(`/assets/${asset.id}/findings`)).items;
    if (found.length > 0 && seen.some((each) => each.vulnerabilities.some((one) => one.standing === 'alone'))) break;
    await new Promise((wake) => setTimeout(wake, 500));
  }
  assert.equal(seen.length, 2);
  assert.equal(found[0]?.why[0].rule, 'scanner');
  for (const [locale, words] of [['en', 'seen by a scanner alone'], ['ja', 'スキャナーのみが検出']]) {
    const { page: other, context, complaints: theirs } = await openPage(home.browser, { storage: home.storage, locale, width: locale === 'ja' ? 390 : 1280 });
    await open(`/assets/${asset.id}?tab=observations`, other);
    const row = other.locator('[data-row]', { hasText: 'Appliance below 7.2' });
    await row.getByText(words).first().waitFor();
    await row.locator('[data-unfold]').click();
    await row.getByText('Upgrade.').waitFor();
    assert.equal(await other.locator('[data-problem]').count(), 0);
    await context.close();
    assert.deepEqual(theirs, []);
  }
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

test('a shared filter is on every machine, facets narrow the list, and the list is a file', async () => {
  await open('/assets?kind=host');
  await page.getByRole('button', { name: 'Saved filters' }).click();
  await page.getByRole('textbox', { name: 'Name of this filter' }).fill(`Hosts ${mark}`);
  await page.locator('[data-share]').check();
  await page.locator('[data-action=save-view]').click();
  await page.locator(`[data-view="Hosts ${mark}"]`).waitFor();
  const kept = (await get('/saved-filters?list=assets')).find((each) => each.name === `Hosts ${mark}`);
  assert.deepEqual([kept.query, kept.shared, kept.own], ['kind=host', true, true]);
  await open('/assets');
  const facets = await get('/assets/facets');
  const most = facets.kind[0];
  const facet = page.locator(`[data-facet="kind:${most.value}"]`);
  await facet.waitFor();
  assert.ok((await facet.innerText()).replaceAll(/\D/g, '').endsWith(String(most.count)));
  await facet.click();
  await page.waitForURL(`**/assets?kind=${most.value}`);
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const href = await page.locator('[data-export=csv]').getAttribute('href');
  const csv = await (await page.request.get(BASE + href)).text();
  assert.equal(csv.trim().split('\r\n').length, most.count + 1, 'the file holds what the list holds');
  assert.match(csv, /^name,kind,/);
  const parquet = await (await page.request.get(BASE + (await page.locator('[data-export=parquet]').getAttribute('href')))).body();
  assert.equal(parquet.subarray(0, 4).toString(), 'PAR1');
});

test('sources are ranked, places ruled, hosts let in, relations said', async () => {
  await open('/assets/setup/sources');
  const source = page.locator('[data-source]').first();
  const name = await source.getAttribute('data-source');
  const before = (await get('/asset-sources')).find((each) => each.name === name);
  const rank = async (value) => {
    await source.locator('[data-action=rank]').click();
    await page.locator('#rank').fill(String(value));
    await page.locator('[data-action=save-rank]').click();
    await page.locator('#rank').waitFor({ state: 'detached' });
    assert.equal((await get('/asset-sources')).find((each) => each.name === name).rank, value);
  };
  await rank(before.rank + 1);
  await rank(before.rank);

  await open('/assets/setup/rules');
  await page.locator('[data-action=new-rule]').click();
  await page.locator('#rule-network').fill('192.0.2.0/24');
  await page.locator('#rule-pattern').fill(`e2e-${mark}-*`);
  await pickUnit();
  await page.locator('[data-action=save-rule]').click();
  const rule = page.locator(`[data-rule="192.0.2.0/24 · e2e-${mark}-*"]`);
  await rule.waitFor();
  await rule.getByRole('button').click();
  await rule.waitFor({ state: 'detached' });

  await open('/assets/setup/hosts');
  await page.locator('[data-action=new-token]').click();
  await page.locator('#token-name').fill(`e2e ${mark}`);
  await pickUnit();
  await page.locator('[data-action=save-token]').click();
  assert.match(await page.locator('[data-secret]').innerText(), /hinomi inventory collect --push http.* --token hinomi-enrol-/);
  await page.getByRole('button', { name: 'Close', exact: true }).last().click();
  const token = page.locator(`[data-token="e2e ${mark}"]`);
  await token.getByRole('button', { name: `Revoke e2e ${mark}` }).click();
  await page.locator('[data-action=end-token]').click();
  await token.getByText('revoked').waitFor();

  const [left, right] = await Promise.all(['left', 'right'].map(async (side) => (await get(`/assets?q=e2e-${side}-${mark}`)).items[0]));
  await open(`/assets/${left.id}?tab=relations`);
  await page.locator('[data-action=add-relation]').click();
  await page.locator('dialog[open] input[type=search]').fill(right.name);
  await page.locator('dialog[open]').getByRole('button', { name: new RegExp(right.name) }).first().click();
  await page.locator('[data-action=save-relation]').click();
  await page.locator('svg a', { hasText: /e2e-right/ }).first().waitFor();
  const said = await get(`/assets/${left.id}/relations`);
  assert.ok(said.items.some((each) => each.kind === 'depends_on' && each.asset_id === right.id), 'the relation is kept');
  const image = (await get(`/assets?q=e2e-image-${mark}`)).items[0];
  await open(`/assets/${right.id}?tab=relations`);
  await page.locator('[data-action=add-relation]').click();
  await page.locator('dialog[open] select').selectOption('image_of');
  await page.locator('dialog[open] input[type=search]').fill(image.name);
  await page.locator('dialog[open]').getByRole('button', { name: new RegExp(image.name) }).first().click();
  await page.locator('[data-action=save-relation]').click();
  await page.locator('svg a', { hasText: /e2e-image/ }).first().waitFor();
  // What is wrong with the image reaches what was made from it, and what depends on that.
  await open(`/assets/${image.id}?tab=relations`);
  const hits = (await get(`/assets/${image.id}/impact`)).items.map((each) => [each.asset_id, each.steps]);
  assert.deepEqual(hits, [[right.id, 1], [left.id, 2]]);
  for (const each of [left, right]) await page.locator('[data-row]', { hasText: each.name }).waitFor();
});

async function pickUnit() {
  const picker = page.locator('dialog[open]').getByRole('button', { name: /Any unit|unit/i }).first();
  await picker.click();
  await page.locator('dialog[open]').last().getByRole('button').nth(2).click();
}

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
  for (const [path, heading] of [['/assets/import', 'インベントリの取り込み'], ['/assets/import/table', '表の取り込み'], ['/assets/questions', '要確認の資産'], ['/quality', 'データ品質'], ['/assets/setup/sources', '台帳の自動収集'], ['/assets/setup/rules', '台帳の自動収集'], ['/assets/setup/hosts', '台帳の自動収集'], ['/components', 'コンポーネント'], ['/settings/instance', '設定']]) {
    await open(path, other);
    assert.equal(await other.locator('h1').innerText(), heading);
    assert.equal(await other.locator('[data-problem]').count(), 0, path);
  }
  await context.close();
  assert.deepEqual(theirs, []);
});

// SPDX-License-Identifier: Apache-2.0
// The main job as a system security manager does it: see the heat map, drill to a ticket, read
// why, take it, start, comment; then the host is fixed and a fresh inventory closes the ticket on
// evidence, and the heat map's count falls. HINOMI_FIX_COMMAND fixes and imports by the CLI; the
// ticket's number and asset reach it as HINOMI_TICKET and HINOMI_ASSET. HINOMI_LOOP_TICKET names
// the ticket to walk ("T-1042", or words of its title); without it the first one due is taken.
import assert from 'node:assert/strict';
import { execSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { BASE, openPage, reader, requireServer, settled, signIn } from './session.mjs';

requireServer();
let home;
let page;
let complaints;
let get;
let ticket;
let openBefore;

before(async () => {
  home = await signIn();
  get = reader(home.storage);
  ({ page, complaints } = await openPage(home.browser, { storage: home.storage }));
});
after(async () => {
  await home.close();
  assert.deepEqual(complaints, []);
});

/** As the page asks: from the top of what the reader sees, that unit's own cases included. */
async function total() {
  const units = (await get('/units')).items;
  const tops = units.filter((unit) => !units.some((each) => each.id === unit.parent_id));
  const map = await get(tops.length === 1 ? `/risk/heatmap?unit=${tops[0].id}` : '/risk/heatmap');
  return map.rows.reduce((sum, row) => sum + row.total, 0);
}

test('the heat map leads down the tree to tickets', async () => {
  openBefore = await total();
  assert.ok(openBefore > 0, 'the demo has open cases');
  await page.goto(`${BASE}/`);
  await settled(page);
  const shown = await page.locator('section:has(#map) tfoot .sum.strong, section:has(#map) tbody .sum:last-child').last().innerText();
  assert.equal(Number(shown.replaceAll(/\D/g, '')), openBefore, 'the picture shows what the records say');
  for (let depth = 0; depth < 6; depth += 1) {
    const down = page.locator('tbody th a[href*="unit="]').first();
    if ((await down.count()) === 0) break;
    const heading = await page.locator('h1').innerText();
    await down.click();
    await page.waitForFunction((old) => document.querySelector('h1')?.innerText !== old, heading);
    await settled(page);
  }
  await page.locator('td.cell a').first().click();
  await page.waitForURL(/\/tickets\?.*criticality=/);
  await settled(page);
  assert.ok((await page.locator('[data-ticket]').count()) > 0, 'the number opens its tickets');
});

test('the ticket says what to do and why', async () => {
  const wanted = process.env.HINOMI_LOOP_TICKET ?? '';
  const list = await get('/tickets?state=open&sort=due&limit=200');
  const named = list.items.filter((each) => !wanted || each.number === wanted || each.title.includes(wanted));
  const row = named.find((each) => each.target_version && !each.work_started_at) ?? named[0];
  assert.ok(row, `no open ticket for "${wanted}"`);
  ticket = await get(`/tickets/${row.id}`);
  await page.goto(`${BASE}/tickets?view=flat&q=${encodeURIComponent(row.number)}`);
  await settled(page);
  const link = page.locator(`[data-ticket="${row.number}"] a[data-row-link]`);
  if ((await link.count()) > 0) await link.click();
  else await page.goto(`${BASE}/tickets/${row.id}`);
  await page.waitForURL(`**/tickets/${row.id}`);
  await settled(page);
  assert.equal(await page.locator('[data-ticket-number]').innerText(), row.number);
  const item = page.locator(`[data-item="${ticket.items[0].vulnerability.canonical}"]`).first();
  const why = ticket.items[0].why;
  if (why?.installed) assert.ok((await item.innerText()).includes(why.installed), 'the installed version is shown');
  if (why?.advisory) assert.ok((await item.innerText()).includes(why.advisory), 'the source record is named');
});

test('I take it, start it and say so', async () => {
  const assign = page.locator('[data-action="assign-me"]');
  if ((await assign.count()) > 0) {
    await assign.click();
    await assign.waitFor({ state: 'detached' });
  }
  const me = (await get('/session')).person;
  assert.equal((await get(`/tickets/${ticket.id}`)).assignee.id, me.id);
  const start = page.locator('[data-action="start"]');
  if ((await start.count()) > 0) {
    await start.click();
    await start.waitFor({ state: 'detached' });
    assert.ok((await get(`/tickets/${ticket.id}`)).work_started_at, 'work has started');
  }
  const words = `Updating now (${Date.now()})`;
  await page.locator('#comment').fill(words);
  await page.locator('#comment').press('Control+Enter');
  await page.getByText(words).waitFor();
  assert.equal(await page.locator('#comment').inputValue(), '');
});

test('a fresh inventory closes it on evidence and the heat map falls', { skip: process.env.HINOMI_FIX_COMMAND ? false : 'HINOMI_FIX_COMMAND is not set' }, async () => {
  execSync(process.env.HINOMI_FIX_COMMAND, { stdio: 'inherit', env: { ...process.env, HINOMI_TICKET: ticket.number, HINOMI_TICKET_ID: ticket.id, HINOMI_ASSET: ticket.assets[0]?.name ?? '' } });
  const until = Date.now() + 60_000;
  let now;
  do {
    now = await get(`/tickets/${ticket.id}`);
    if (now.state !== 'closed') await new Promise((soon) => setTimeout(soon, 500));
  } while (now.state !== 'closed' && Date.now() < until);
  assert.equal(now.state, 'closed', 'the ticket is closed');
  await page.reload();
  await settled(page);
  await page.locator('[data-state="closed"]').waitFor();
  const evidence = page.locator('[data-evidence]').first();
  await evidence.waitFor();
  const proof = now.items.find((item) => item.evidence)?.evidence;
  if (proof?.before) assert.ok((await evidence.innerText()).includes(proof.before), 'the version before is shown');
  if (proof?.after) assert.ok((await evidence.innerText()).includes(proof.after), 'the version after is shown');
  assert.ok((await total()) < openBefore, 'fewer open cases than before');
});

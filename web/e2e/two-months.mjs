// SPDX-License-Identifier: Apache-2.0
// Two months of both loops in the browser, a scene at a time: a Rust test holds the clock, the company and the inventories
// (crates/hinomi-review/tests/outer_loop/browser.rs) and calls this script with the scene's name. HINOMI_STORAGE is the session
// of whoever acts, HINOMI_STORY what the test knows.
import assert from 'node:assert/strict';
import { BASE, openPage, requireServer, settled, signIn } from './session.mjs';

requireServer();
const story = JSON.parse(process.env.HINOMI_STORY ?? '{}');
const { browser, close, storage } = await signIn();

async function inLanguage(locale, act) {
  const { page, context, complaints } = await openPage(browser, { locale, storage });
  await act(page);
  assert.deepEqual(complaints, []);
  await context.close();
}

async function open(page, path) {
  await page.goto(`${BASE}${path}`);
  await settled(page);
  const problems = await page.locator('[data-problem]').allInnerTexts();
  assert.deepEqual(problems, [], path);
}

async function figure(page, name) {
  return Number((await page.locator(`[data-figure="${name}"]`).innerText()).replaceAll(/[^0-9.]/g, ''));
}

/** The value opens as many rows as it says. */
async function opensRows(page, name, count) {
  await page.locator(`[data-figure="${name}"] a`).click();
  await page.locator(`[data-rows="${count}"]`).waitFor();
  assert.equal(await page.locator('table.list tbody tr a').count(), count);
}

/** Both monitors say what the test counted, in both languages, and every count of them opens as many rows. */
async function monitors(page) {
  await open(page, '/');
  const tile = (key) => page.locator(`[data-tile="${key}"]`);
  assert.equal(digits(await tile('open').innerText()), story.open, 'open tickets');
  const cells = await page.locator('td.cell a').count();
  assert.equal(cells > 0, story.open > 0, 'the heat map burns where tickets are open');
  if (story.open > 0) {
    const count = digits(await page.locator('td.cell a').first().innerText());
    await page.locator('td.cell a').first().click();
    await lists(page, count);
    await open(page, '/');
    await tile('open').click();
    await lists(page, story.open);
    await open(page, '/');
    const overdue = digits(await tile('overdue').innerText());
    await tile('overdue').click();
    await lists(page, overdue);
  }
  await open(page, '/maturity?axis=system');
  const month = page.locator('[data-axis="system"]');
  await month.waitFor();
  const counted = page.locator('[data-indicator] td a').first();
  if ((await counted.count()) > 0) {
    await counted.click();
    await settled(page);
    await page.locator('[data-rows], table.list tbody tr, .empty').first().waitFor();
    assert.deepEqual(await page.locator('[data-problem]').allInnerTexts(), []);
  }
}

function digits(text) {
  return Number(/[0-9][0-9,.]*/.exec(text)[0].replaceAll(',', ''));
}

/** The list of tickets holds so many. */
async function lists(page, count) {
  await page.waitForURL('**/tickets**');
  await settled(page);
  assert.deepEqual(await page.locator('[data-problem]').allInnerTexts(), []);
  assert.equal(await page.locator('a[href^="/tickets/"]').count(), count, page.url());
}

const scenes = {
  /** Whoever reads looks at Risk Monitor and Maturity Monitor before they act. */
  async look() {
    for (const locale of ['ja', 'en']) await inLanguage(locale, monitors);
  },
  /** The CISO issues what the meeting decided. */
  async decide() {
    await inLanguage('en', async (page) => {
      await open(page, '/directives');
      await page.locator('[data-action="new-directive"]').first().click();
      await page.locator('#directive-title').fill('Close what is open');
      await page.getByRole('button', { name: 'Add a unit' }).click();
      await page.locator('.picker li button', { hasText: 'Head Office' }).click();
      await page.locator('#directive-target').fill('0');
      await page.locator('#directive-due').fill('2026-11-16');
      await page.locator('[data-preview="2"]').waitFor();
      await page.locator('[data-action="issue"]').click();
      await page.waitForURL('**/directives/1**');
      await settled(page);
      assert.equal(await figure(page, 'before'), 2);
      await opensRows(page, 'before', 2);
    });
  },
  /** The department manager sees the own part, answers, and closes nothing by it. */
  async answer() {
    await inLanguage('ja', async (page) => {
      await open(page, '/directives');
      await page.locator('[data-directive="D-1"] a[data-row-link]').click();
      await page.waitForURL('**/directives/1**');
      await settled(page);
      assert.equal(await figure(page, 'now'), 1);
      await opensRows(page, 'now', 1);
      await page.locator('[data-action="answer"]').click();
      await page.locator('dialog[open] .field button').first().click();
      await page.locator('.picker li button', { hasText: '営業' }).click();
      await page.locator('#words-text').fill('金曜日に更新します。');
      await page.locator('[data-action="save-words"]').click();
      await page.locator('[data-event="answered"]').waitFor();
      assert.equal(await page.locator('[data-standing="running"]').count(), 1);
    });
  },
  /** The CEO reads the month and sees what the directive brought. */
  async pack() {
    for (const locale of ['ja', 'en']) {
      await inLanguage(locale, async (page) => {
        await open(page, `/review/packs/${story.pack}`);
        assert.equal(Number(await page.locator('[data-figure="open"] b').innerText()), story.open);
        const row = page.locator('tr', { has: page.locator('a[href="/directives/1"]') });
        const cells = await row.locator('td.end').allInnerTexts();
        assert.deepEqual(cells.map((text) => Number(text.replaceAll(/[^0-9.]/g, ''))), [2, story.now, 0]);
        await row.locator('a').first().click();
        await page.waitForURL('**/directives/1**');
        await settled(page);
        assert.equal(await figure(page, 'now'), story.now);
        await opensRows(page, 'before', 2);
      });
    }
  },
  /** The manager measures after the last inventory came: that closes it. */
  async measure() {
    await inLanguage('ja', async (page) => {
      await open(page, '/directives/1');
      await page.locator('[data-action="measure"]').click();
      await page.locator('[data-standing="reached"]').waitFor();
      assert.equal(await figure(page, 'now'), 0);
    });
  },
};

try {
  await scenes[process.argv[2]]();
} finally {
  await close();
}

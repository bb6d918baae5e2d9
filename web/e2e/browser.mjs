// SPDX-License-Identifier: Apache-2.0
// One way to start Debian's Chromium: quiet, offline, with a profile of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function openBrowser() {
  const profile = mkdtempSync(join(tmpdir(), 'hinomi-e2e-'));
  const browser = await chromium.launch({ executablePath: process.env.HINOMI_CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, `--user-data-dir=${profile}`], ignoreDefaultArgs: ['--user-data-dir'] }).catch(async () => {
    // Playwright wants to own the profile folder; its own is fresh each time as well.
    return chromium.launch({ executablePath: process.env.HINOMI_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** A page of the given language, theme and width; what the browser complains about goes to `complaints`. */
export async function openPage(browser, { locale = 'en', theme = 'light', width = 1440, height = 900, storage } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: locale === 'ja' ? 'ja-JP' : 'en-GB', colorScheme: theme, timezoneId: 'Asia/Tokyo', storageState: storage });
  await context.addInitScript(([language, look]) => {
    localStorage.setItem('hinomi.locale', language);
    localStorage.setItem('hinomi.theme', look);
  }, [locale, theme]);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()} (${new URL(page.url()).pathname})`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message} (${page.url()})`));
  return { context, page, complaints };
}

/** Waits until the page has its heading and no part of it says that it is busy. */
export async function settled(page) {
  await page.waitForLoadState('load');
  await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('[aria-busy=true], .skeleton'));
}

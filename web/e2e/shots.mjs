// SPDX-License-Identifier: Apache-2.0
// npm run shots: the pictures of the user guide, from a running Hinomi, in both languages.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BASE, openPage, reader, requireServer, settled, signIn } from './session.mjs';

requireServer();
const folder = process.env.HINOMI_SHOTS_DIR ?? fileURLToPath(new URL('../../docs/guide/img', import.meta.url));
mkdirSync(folder, { recursive: true });
const { browser, close, storage } = await signIn();
const get = reader(storage);
const ticket = (await get('/tickets?state=open&sort=due&limit=1')).items[0];
const closed = (await get('/tickets?state=closed&limit=1')).items[0];
const system = (await get('/systems?limit=1')).items[0];
const asset = (await get('/assets?limit=1')).items[0];
const vulnerability = (await get('/vulnerabilities?affected=true&limit=1')).items[0];
const pages = {
  'risk-monitor': '/',
  tickets: '/tickets',
  'tickets-flat': '/tickets?view=flat',
  ...(ticket && { ticket: `/tickets/${ticket.id}` }),
  ...(closed && { 'ticket-closed': `/tickets/${closed.id}` }),
  affected: `/affected?q=${encodeURIComponent(vulnerability?.canonical ?? 'openssl')}`,
  ...(system && { system: `/systems/${system.id}` }),
  ...(asset && { asset: `/assets/${asset.id}` }),
  ...(vulnerability && { vulnerability: `/vulnerabilities/${encodeURIComponent(vulnerability.canonical)}` }),
  organisation: '/organisation',
  feeds: '/feeds',
};
let taken = 0;
for (const locale of ['en', 'ja']) {
  const { page, context } = await openPage(browser, { locale, width: 1280, height: 860, storage });
  for (const [name, route] of Object.entries(pages)) {
    await page.goto(BASE + route);
    await settled(page);
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${folder}/${name}-${locale}.png` });
    taken += 1;
  }
  await context.close();
}
await close();
console.log(`${taken} pictures in ${folder}`);

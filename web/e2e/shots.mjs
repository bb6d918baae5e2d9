// SPDX-License-Identifier: Apache-2.0
// npm run shots: the pictures of the user guide, from a running Hinomi, in both languages: those that the guide shows.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BASE, openPage, reader, requireServer, settled, signIn } from './session.mjs';

requireServer();
const folder = process.env.HINOMI_SHOTS_DIR ?? fileURLToPath(new URL('../../docs/guide/img', import.meta.url));
mkdirSync(folder, { recursive: true });
const { browser, close, storage } = await signIn();
const get = reader(storage);
const one = async (path) => (await get(path)).items[0];
const ticket = await one('/tickets?state=open&sort=due&limit=1');
const asset = await one('/assets?limit=1');
const vulnerability = await one('/vulnerabilities?affected=true&limit=1');
const pack = await one('/packs');
const hazard = await one('/hazards?state=open');
const pages = {
  'risk-monitor': '/',
  maturity: '/maturity',
  ...(pack && { review: `/review/packs/${pack.id}` }),
  department: '/department',
  ...(hazard && { hazard: `/hazards/${hazard.id}` }),
  tickets: '/tickets',
  ...(ticket && { ticket: `/tickets/${ticket.id}` }),
  ...(asset && { asset: `/assets/${asset.id}` }),
  ...(vulnerability && { vulnerability: `/vulnerabilities/${encodeURIComponent(vulnerability.canonical)}` }),
  organisation: '/organisation',
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

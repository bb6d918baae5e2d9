// SPDX-License-Identifier: Apache-2.0
// Where the pages are, how to get in, and which records exist: for every browser script.
import { openBrowser, openPage, settled } from './browser.mjs';

export const BASE = (process.env.HINOMI_BASE_URL ?? '').replace(/\/$/, '');
const LINK = process.env.HINOMI_SIGN_IN_LINK ?? '';

export function requireServer() {
  if (!BASE) {
    console.error('set HINOMI_BASE_URL (and HINOMI_SIGN_IN_LINK) to a running Hinomi; for the pages alone use: npm run e2e:mock');
    process.exit(2);
  }
}

/**
 * Signs in by the one-time link and returns the browser with the storage that keeps the session.
 * The link works once, so every script of a run shares one session (HINOMI_STORAGE holds it).
 */
export async function signIn(link = LINK) {
  const opened = await openBrowser();
  if (link === LINK && process.env.HINOMI_STORAGE) return { ...opened, storage: JSON.parse(process.env.HINOMI_STORAGE) };
  const { page, context, complaints } = await openPage(opened.browser);
  if (link) {
    await page.goto(link.startsWith('http') ? link : BASE + link);
    await page.waitForURL((url) => url.pathname === '/', { timeout: 20_000 });
    await settled(page);
  }
  if (complaints.length > 0) throw new Error(`sign-in: ${complaints.join('; ')}`);
  const storage = await context.storageState();
  await context.close();
  return { ...opened, storage };
}

/** The API as the signed-in person sees it. */
export function reader(storage) {
  const cookie = storage.cookies.map((each) => `${each.name}=${each.value}`).join('; ');
  return async function get(path) {
    const response = await fetch(`${BASE}/api/v1${path}`, { headers: { cookie, accept: 'application/json' } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${(await response.text()).slice(0, 200)}`);
    return response.json();
  };
}

/** Every route once, with records that exist; a route whose list is empty is named in `skipped`. */
export async function discoverRoutes(get) {
  const aMonthAgo = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
  const routes = ['/', `/?at=${aMonthAgo}`, '/affected', '/affected?q=openssl', '/affected/assets?q=openssl', '/tickets', '/tickets?view=flat', '/systems', '/assets', '/assets?list=stale', '/assets/import', '/assets/import/table', '/assets/questions', '/assets/setup/sources', '/assets/setup/rules', '/assets/setup/hosts', '/quality', '/maturity', '/maturity?axis=governance', '/maturity?indicator=S3', '/maturity/timeline', '/maturity/targets', '/maturity/procedures', '/maturity/outside', '/maturity/formulas', '/department', '/departments', '/department/check', '/obligations', '/calendars', '/directives', '/directives?standing=missed', '/hazards', '/hazards?state=released', '/programmes', '/review', '/vulnerabilities', '/vulnerabilities?affected=all', '/vulnerabilities?affected=all&reported=true', '/changes', '/changes?days=30', '/threats', '/threats?q=%E3%83%AD%E3%82%B0', '/vulnerabilities/CVE-2021-44228', '/vulnerabilities/CVE-2024-1086', '/organisation', `/organisation?at=${aMonthAgo}`, '/organisation/people', '/organisation/seats', '/organisation/seats?vacant=true', '/components', '/components?q=openssl', '/feeds', '/unknowns', '/settings', '/settings/sessions', '/settings/instance', '/settings/policy', '/settings/audit', '/settings/jobs'];
  const skipped = [];
  async function first(path, route) {
    const item = (await get(path)).items[0];
    if (item) routes.push(route(item));
    else skipped.push(path);
  }
  await first('/tickets?state=open&limit=1', (ticket) => `/tickets/${ticket.id}`);
  await first('/systems?limit=1', (system) => `/systems/${system.id}`);
  await first('/assets?limit=1', (asset) => `/assets/${asset.id}`);
  await first('/vulnerabilities?affected=true&limit=1', (row) => `/vulnerabilities/${encodeURIComponent(row.canonical)}`);
  await first('/threats?limit=1', (report) => `/threats/${encodeURIComponent(report.id)}`);
  await first('/directives', (directive) => `/directives/${directive.id}`);
  await first('/hazards', (hazard) => `/hazards/${hazard.id}`);
  await first('/programmes', (programme) => `/programmes/${programme.id}`);
  await first('/meetings', (meeting) => `/review/meetings/${meeting.id}`);
  await first('/packs', (pack) => `/review/packs/${pack.id}`);
  await first('/packs', (pack) => `/review/packs/${pack.id}/rows?figure=exploited`);
  await first('/components?limit=1', (component) => `/components/${component.id}`);
  await first('/units', (unit) => `/organisation/units/${unit.id}`);
  const assets = await get('/assets?limit=1');
  if (assets.items[0]) for (const tab of ['unknown', 'components', 'snapshots', 'sources', 'relations', 'history']) routes.push(`/assets/${assets.items[0].id}?tab=${tab}`);
  return { routes, skipped };
}

export { openPage, settled };

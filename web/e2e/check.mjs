// SPDX-License-Identifier: Apache-2.0
// Opens every page in both languages, both themes, narrow and wide. Fails on anything that the
// browser complains about, on a problem shown, on an axe violation, on sideways scrolling.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BASE, discoverRoutes, openPage, reader, requireServer, settled, signIn } from './session.mjs';

requireServer();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LOOKS = process.env.HINOMI_CHECK_QUICK
  ? [{ locale: 'en', theme: 'light', width: 1440 }]
  : ['en', 'ja'].flatMap((locale) => ['light', 'dark'].flatMap((theme) => [390, 1440].map((width) => ({ locale, theme, width }))));

async function faultsOf(page, look, complaints) {
  const faults = complaints.splice(0);
  for (const problem of await page.locator('[data-problem]').all()) faults.push(`problem shown: ${(await problem.innerText()).replaceAll('\n', ' ').slice(0, 200)}`);
  const missing = await page.evaluate(() => [...document.body.innerText.matchAll(/^[a-z]+(?:-[a-z]+){1,5}$/gm)].map((match) => match[0]).filter((text) => /^(nav|action|count|filter|ticket|risk|settings|criticality|severity|unit|due|heatmap|residual|blind|trend)-/.test(text)));
  for (const key of missing) faults.push(`text missing: ${key}`);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (sideways > 1) faults.push(`scrolls sideways by ${sideways} px at ${look.width} px`);
  const language = await page.evaluate(() => document.documentElement.lang);
  if (language !== look.locale) faults.push(`page language is ${language}`);
  const results = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations.map((each) => ({ id: each.id, nodes: each.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`) })));
  for (const violation of results) faults.push(`axe ${violation.id}: ${violation.nodes.join(' | ')}`);
  return faults;
}

const { browser, close, storage } = await signIn();
const { routes, skipped } = await discoverRoutes(reader(storage));
let opened = 0;
let faulty = 0;

async function walk(look) {
  const { page, context, complaints } = await openPage(browser, { ...look, storage });
  await context.addInitScript(axe);
  for (const route of [...routes, '/sign-in']) {
    let faults;
    try {
      await page.goto(BASE + route);
      await settled(page);
      faults = await faultsOf(page, look, complaints);
    } catch (error) {
      faults = [`did not settle: ${String(error).split('\n')[0]}`, ...complaints.splice(0)];
    }
    opened += 1;
    if (faults.length > 0) {
      faulty += 1;
      console.error(`${route} (${look.locale}, ${look.theme}, ${look.width} px)`);
      for (const fault of faults) console.error(`  ${fault}`);
    }
  }
  await context.close();
}

// Two looks at a time: a page waits for the network as long as it computes.
const waiting = [...LOOKS];
await Promise.all([0, 1].map(async () => {
  for (let look = waiting.shift(); look; look = waiting.shift()) await walk(look);
}));
await close();
for (const path of skipped) console.log(`no record for ${path}: its page was not opened`);
console.log(`pages: ${routes.length + 1} routes, ${opened} opened in ${LOOKS.length} looks, ${faulty} with faults`);
process.exit(faulty > 0 ? 1 : 0);

// SPDX-License-Identifier: Apache-2.0
// npm run e2e: every browser test against a running Hinomi. The one-time link is spent once here
// and its session handed to each script.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { requireServer, signIn } from './session.mjs';

requireServer();

async function sessionOf(link) {
  const { storage, close } = await signIn(link);
  await close();
  return JSON.stringify(storage);
}

// The group's CISO looks at everything; a department's system security manager walks the loop.
const ciso = await sessionOf();
const managerLink = process.env.HINOMI_SIGN_IN_LINK_MANAGER;
const manager = managerLink ? await sessionOf(managerLink) : ciso;
const scripts = process.argv.length > 2 ? process.argv.slice(2) : ['keyboard', 'organisation', 'inventory', 'check', 'loop', 'department', 'maturity'];
let failed = 0;
for (const name of scripts) {
  const path = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const began = Date.now();
  const env = { ...process.env, HINOMI_STORAGE: name === 'loop' ? manager : ciso, ...(managerLink && { HINOMI_STORAGE_MANAGER: manager }) };
  const { status } = spawnSync(process.execPath, name === 'check' ? [path] : ['--test', path], { stdio: 'inherit', env });
  console.log(`${name}: ${status === 0 ? 'passed' : 'failed'} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  if (status !== 0) failed += 1;
}
process.exit(failed > 0 ? 1 : 0);

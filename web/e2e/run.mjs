// SPDX-License-Identifier: Apache-2.0
// npm run e2e: every browser test against a running Hinomi. The one-time link is spent once here
// and its session handed to each script.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { requireServer, signIn } from './session.mjs';

requireServer();
const { storage, close } = await signIn();
await close();
const env = { ...process.env, HINOMI_STORAGE: JSON.stringify(storage) };
const scripts = process.argv.length > 2 ? process.argv.slice(2) : ['keyboard', 'check', 'loop'];
let failed = 0;
for (const name of scripts) {
  const path = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const began = Date.now();
  const { status } = spawnSync(process.execPath, name === 'check' ? [path] : ['--test', path], { stdio: 'inherit', env });
  console.log(`${name}: ${status === 0 ? 'passed' : 'failed'} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  if (status !== 0) failed += 1;
}
process.exit(failed > 0 ? 1 : 0);

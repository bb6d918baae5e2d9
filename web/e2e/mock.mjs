// SPDX-License-Identifier: Apache-2.0
// npm run e2e:mock: the same browser tests on the built pages and the invented company. What
// needs the real engine (changing the organisation, closing on a fresh inventory) is left out there.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { startMockServer } from './mock-server.mjs';

if (isMainThread) {
  const worker = new Worker(fileURLToPath(import.meta.url));
  worker.once('message', (url) => {
    const path = fileURLToPath(new URL('run.mjs', import.meta.url));
    const { status } = spawnSync(process.execPath, [path, ...(process.argv.length > 2 ? process.argv.slice(2) : ['keyboard', 'check', 'loop'])], { stdio: 'inherit', env: { ...process.env, HINOMI_BASE_URL: url, HINOMI_SIGN_IN_LINK: '/sign-in/link#mock' } });
    process.exit(status ?? 1);
  });
} else {
  const { url } = await startMockServer();
  parentPort.postMessage(url);
}

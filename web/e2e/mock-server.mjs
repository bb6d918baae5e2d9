// SPDX-License-Identifier: Apache-2.0
// The real build under the server's own security policy, answered from the invented company.
// For looking at pages without the server; its tests run against the real one.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer as createVite } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };
export const POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; object-src 'none'";

export async function startMockServer(port = 0) {
  const vite = await createVite({ root: ROOT, mode: 'mock', logLevel: 'error', server: { middlewareMode: true, hmr: false, ws: false, watch: null }, appType: 'custom' });
  const { handle } = await vite.ssrLoadModule('/src/mocks/server.ts');
  const server = createServer((request, response) => {
    if (request.url.startsWith('/api/v1')) {
      request.url = request.url.slice('/api/v1'.length);
      void handle(request, response);
      return;
    }
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname));
    const file = join(ROOT, 'build', path);
    const found = existsSync(file) && statSync(file).isFile() ? file : join(ROOT, 'build', 'index.html');
    response.writeHead(200, { 'content-type': TYPES[extname(found)] ?? 'application/octet-stream', 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' });
    createReadStream(found).pipe(response);
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await vite.close();
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startMockServer(Number(process.env.PORT ?? 4173));
  console.log(url);
}

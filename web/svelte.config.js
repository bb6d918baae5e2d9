// SPDX-License-Identifier: Apache-2.0
import { externalBootstrap } from './build-tools/external-bootstrap.js';

/** @type {import('@sveltejs/kit').Config} */
const config = {
  compilerOptions: { runes: true },
  kit: {
    adapter: externalBootstrap({ fallback: 'index.html', precompress: false }),
    // Assets carry content hashes; the server answers every other path with index.html.
    paths: { relative: false },
    alias: { $mocks: 'src/mocks' },
    version: { pollInterval: 0 },
    // The server owns the security headers; pages must work under `default-src 'self'`.
  },
};

export default config;

// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import staticAdapter from '@sveltejs/adapter-static';

/**
 * adapter-static, and then the start script moved out of index.html into a hashed file.
 *
 * The server's content security policy is `default-src 'self'` without 'unsafe-inline', so no
 * script may stand in the page itself. The start script reads `document.currentScript`, which
 * also works for an external classic script.
 *
 * @param {import('@sveltejs/adapter-static').AdapterOptions} options
 * @returns {import('@sveltejs/kit').Adapter}
 */
export function externalBootstrap(options) {
  const inner = staticAdapter(options);
  return {
    name: 'static-with-external-bootstrap',
    async adapt(builder) {
      await inner.adapt(builder);
      const folder = options.pages ?? 'build';
      const page = join(folder, options.fallback ?? 'index.html');
      const html = readFileSync(page, 'utf8');
      const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)];
      if (scripts.length !== 1) {
        throw new Error(`expected one inline start script in ${page}, found ${scripts.length}`);
      }
      const [tag, body] = scripts[0];
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
      const name = `_app/immutable/start.${hash}.js`;
      mkdirSync(join(folder, '_app/immutable'), { recursive: true });
      writeFileSync(join(folder, name), body.trim() + '\n');
      const external = html.replace(tag, `<script src="/${name}"></script>`);
      if (/<script>|\sstyle=|<style/.test(external)) {
        throw new Error(`${page} still holds inline script or style, which the policy refuses`);
      }
      writeFileSync(page, external);
    },
  };
}

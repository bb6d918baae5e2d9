// SPDX-License-Identifier: Apache-2.0
import { sveltekit } from '@sveltejs/kit/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** In `--mode mock` the development server answers /api from seeded fixtures; builds never see them. */
function mockApi(): Plugin {
  return {
    name: 'hinomi-mock-api',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use('/api/v1', (request, response) => {
        void server.ssrLoadModule('/src/mocks/server.ts').then((module) => module.handle(request, response));
      });
    },
  };
}

/**
 * SvelteKit's own route announcer hides itself with a style attribute, which `default-src 'self'`
 * refuses; the page's class for the same purpose takes its place.
 */
function announcerByClass(): Plugin {
  return {
    name: 'hinomi-announcer-by-class',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('/generated/root.svelte')) return undefined;
      return { code: code.replace(/(id="svelte-announcer"[^>]*?)\sstyle="[^"]*"/, '$1 class="hidden-visually"'), map: null };
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [announcerByClass(), sveltekit(), ...(mode === 'mock' ? [mockApi()] : [])],
  build: { target: 'es2022', reportCompressedSize: false },
  server: {
    fs: { allow: ['../locales'] },
    proxy: mode === 'mock' ? undefined : { '/api': process.env.HINOMI_BASE_URL ?? 'http://127.0.0.1:8080' },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));

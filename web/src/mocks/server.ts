// SPDX-License-Identifier: Apache-2.0
// Answers /api/v1 from the invented company, for the development server and the mock server.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { routes } from './routes';

function problem(response: ServerResponse, status: number, title: string, detail: string, hint?: string) {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail, hint, code: title.toLowerCase().replaceAll(' ', '-'), request_id: 'mock' }));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `request.url` is the address below /api/v1. */
export async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://mock');
  const body = request.method === 'GET' ? undefined : await bodyOf(request);
  for (const [method, pattern, answer] of routes) {
    const match = method === request.method ? pattern.exec(url.pathname) : null;
    if (!match) continue;
    try {
      const result = answer({ query: url.searchParams, parts: match.slice(1).map(decodeURIComponent), body });
      if (result === undefined) {
        response.writeHead(204).end();
      } else if (typeof result === 'string') {
        response.writeHead(200, { 'content-type': 'text/csv' }).end(result);
      } else {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
      }
    } catch (cause) {
      problem(response, 404, 'Not found', String(cause instanceof Error ? cause.message : cause));
    }
    return;
  }
  problem(response, 404, 'Unknown route', `${request.method} ${url.pathname}`, 'the mock does not know this route');
}

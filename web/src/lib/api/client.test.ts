// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, it, vi } from 'vitest';
import { get, onSignedOut, Problem, queryString, send, setCsrfToken } from './client';

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, body: unknown, type = 'application/json') {
  const calls: [string, RequestInit][] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    calls.push([url, init]);
    return Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'content-type': type } }));
  });
  return calls;
}

it('leaves out what was not asked', () => {
  expect(queryString({ a: '', b: null, c: undefined, d: false, e: 0, f: 'x y' })).toBe('?e=0&f=x+y');
  expect(queryString({})).toBe('');
});

it('sends the CSRF token on unsafe methods only', async () => {
  setCsrfToken('secret');
  const calls = answering(200, {});
  await get('/tickets');
  await send('POST', '/tickets/1/start');
  expect((calls[0]![1].headers as Record<string, string>)['x-csrf-token']).toBeUndefined();
  expect((calls[1]![1].headers as Record<string, string>)['x-csrf-token']).toBe('secret');
});

it('hands on a problem document as the server wrote it', async () => {
  answering(409, { title: 'Conflict', status: 409, code: 'ticket-closed', detail: 'ticket T-1 is closed', hint: 'it opens again by itself' }, 'application/problem+json');
  const problem = await get('/x').catch((cause: unknown) => cause);
  expect(problem).toBeInstanceOf(Problem);
  expect((problem as Problem).body).toMatchObject({ code: 'ticket-closed', hint: 'it opens again by itself' });
});

it('makes a problem of what is not one', async () => {
  answering(502, '<h1>Bad gateway</h1>', 'text/html');
  const problem = (await get('/x').catch((cause: unknown) => cause)) as Problem;
  expect(problem.status).toBe(502);
  expect(problem.body.detail).toContain('Bad gateway');
});

it('says when the server cannot be reached', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
  const problem = (await get('/x').catch((cause: unknown) => cause)) as Problem;
  expect(problem.body.code).toBe('unreachable');
});

it('leads to sign-in on 401, but not while signing in', async () => {
  const signedOut = vi.fn();
  onSignedOut(signedOut);
  answering(401, { title: 'Unauthenticated', status: 401 });
  await get('/session').catch(() => {});
  expect(signedOut).not.toHaveBeenCalled();
  await get('/tickets').catch(() => {});
  expect(signedOut).toHaveBeenCalledOnce();
});

// SPDX-License-Identifier: Apache-2.0
// The one way to the server: JSON in and out, the CSRF token on unsafe methods, and every failure
// as a problem document (RFC 9457), also those that never reached the server.

export interface ProblemBody {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code?: string;
  hint?: string;
  errors?: { pointer?: string; row?: number; column?: string; message: string }[];
  request_id?: string;
}

export class Problem extends Error {
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.detail ?? body.title);
    this.name = 'Problem';
    this.body = body;
  }

  get status(): number {
    return this.body.status;
  }
}

export type QueryValue = string | number | boolean | null | undefined;
export type Query = Record<string, QueryValue>;

const BASE = '/api/v1';
let csrfToken = '';
let whenSignedOut: () => void = () => {};

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called once by the shell; a 401 on any page leads to sign-in and back. */
export function onSignedOut(handler: () => void): void {
  whenSignedOut = handler;
}

export function queryString(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '' || value === false) continue;
    search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

export function apiUrl(path: string, query?: Query): string {
  return `${BASE}${path}${queryString(query)}`;
}

function problemOf(status: number, statusText: string, text: string): Problem {
  try {
    const body = JSON.parse(text) as ProblemBody;
    if (typeof body.title === 'string') return new Problem({ ...body, status });
  } catch {
    // Not a problem document: a proxy or a crash. Its first words still help.
  }
  return new Problem({ title: statusText || `HTTP ${status}`, status, detail: text.slice(0, 300) || undefined });
}

async function problemFrom(response: Response): Promise<Problem> {
  return problemOf(response.status, response.statusText, await response.text().catch(() => ''));
}

async function request(method: string, url: string, body?: BodyInit, contentType?: string, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (contentType) headers['content-type'] = contentType;
  if (method !== 'GET' && csrfToken) headers['x-csrf-token'] = csrfToken;
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body, signal, credentials: 'same-origin' });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new Problem({ title: 'unreachable', status: 0, code: 'unreachable' });
  }
  if (!response.ok) {
    const problem = await problemFrom(response);
    if (response.status === 401 && !url.startsWith(`${BASE}/session`)) whenSignedOut();
    throw problem;
  }
  return response;
}

async function answer<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  const type = response.headers.get('content-type') ?? '';
  return (type.includes('json') ? await response.json() : await response.text()) as T;
}

export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return answer<T>(await request('GET', apiUrl(path, query), undefined, undefined, signal));
}

export async function send<T = unknown>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  query?: Query,
): Promise<T> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  return answer<T>(await request(method, apiUrl(path, query), json, json === undefined ? undefined : 'application/json'));
}

export async function upload<T = unknown>(path: string, file: Blob, query?: Query, contentType = 'application/octet-stream'): Promise<T> {
  return answer<T>(await request('POST', apiUrl(path, query), file, contentType));
}

/** As `upload`, telling how much of the file is on its way (0 to 1); only XMLHttpRequest can tell that. */
export function uploadWatched<T = unknown>(path: string, file: Blob, query: Query, sent: (share: number) => void, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', apiUrl(path, query));
    call.setRequestHeader('accept', 'application/json');
    call.setRequestHeader('content-type', 'application/octet-stream');
    if (csrfToken) call.setRequestHeader('x-csrf-token', csrfToken);
    call.upload.onprogress = (event) => sent(event.total > 0 ? event.loaded / event.total : 0);
    call.upload.onload = () => sent(1);
    call.onerror = () => reject(new Problem({ title: 'unreachable', status: 0, code: 'unreachable' }));
    call.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    call.onload = () => {
      if (call.status >= 200 && call.status < 300) return resolve((call.responseText ? JSON.parse(call.responseText) : undefined) as T);
      if (call.status === 401) whenSignedOut();
      reject(problemOf(call.status, call.statusText, call.responseText));
    };
    signal?.addEventListener('abort', () => call.abort());
    call.send(file);
  });
}

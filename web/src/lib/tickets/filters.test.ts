// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { ticketQuery } from './filters';

const at = (search: string) => ticketQuery(new URL(`https://h.example/tickets${search}`));

it('asks for open work when nothing is said', () => {
  expect(at('')).toEqual({ state: 'open' });
});

it('asks for every state only when told so', () => {
  expect(at('?state=all&criticality=high')).toEqual({ state: 'all', criticality: 'high' });
  expect(at('?state=closed')).toEqual({ state: 'closed' });
});

it('sends filters only, not the view, the sort or the page', () => {
  expect(at('?view=flat&sort=age&after=x&p=2&overdue=true')).toEqual({ overdue: 'true', state: 'open' });
});

it('hands on the days between which tickets opened or closed', () => {
  expect(at('?view=flat&state=all&closed_from=2026-10-01&closed_to=2026-10-31')).toEqual({ state: 'all', closed_from: '2026-10-01', closed_to: '2026-10-31' });
});

// SPDX-License-Identifier: Apache-2.0
// The ticket list's address parameters that are filters of the API, in one place.
export const TICKET_FILTERS = [
  'unit',
  'own',
  'system',
  'state',
  'criticality',
  'overdue',
  'waiting',
  'high_priority',
  'known_exploited',
  'assignee',
  'vulnerability',
  'q',
  'distribution',
  'at',
  'opened_from',
  'opened_to',
  'closed_from',
  'closed_to',
] as const;

export type TicketFilter = Partial<Record<(typeof TICKET_FILTERS)[number], string>>;

/** What the list asks for when the address says nothing: work still to do. */
export function ticketQuery(url: URL): TicketFilter {
  const query: TicketFilter = {};
  for (const key of TICKET_FILTERS) {
    const value = url.searchParams.get(key);
    if (value) query[key] = value;
  }
  query.state ??= 'open';
  return query;
}

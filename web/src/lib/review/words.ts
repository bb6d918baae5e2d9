// SPDX-License-Identifier: Apache-2.0
import { t } from '../i18n/index.svelte';
import type { MovedPart, Topic } from './types';

/** The parts of the sum in the order in which it is read; the last three stand beside it. */
export const PARTS: { part: MovedPart; sign: '' | '+' | '−' | '=' }[] = [
  { part: 'before', sign: '' },
  { part: 'opened', sign: '+' },
  { part: 'reopened', sign: '+' },
  { part: 'moved_in', sign: '+' },
  { part: 'handed_in', sign: '+' },
  { part: 'closed_fixed', sign: '−' },
  { part: 'closed_gone', sign: '−' },
  { part: 'closed_retracted', sign: '−' },
  { part: 'closed_other', sign: '−' },
  { part: 'moved_out', sign: '−' },
  { part: 'handed_out', sign: '−' },
  { part: 'after', sign: '=' },
  { part: 'came_and_went', sign: '' },
  { part: 'raised', sign: '' },
  { part: 'lowered', sign: '' },
];

export function partName(part: string): string {
  return t(`pack-moved-${part}`);
}

/** What a figure of a pack is called. */
export function figureName(figure: string): string {
  if (figure.startsWith('moved.')) return partName(figure.slice(6));
  return figure === 'exploited.overdue' ? `${t('pack-exploited')}, ${t('pack-overdue')}` : t('pack-exploited');
}

/** The name of a topic: its own, or its section's. */
export function topicName(topic: Topic): string {
  return topic.title || t(`agenda-${topic.section}`);
}

const ROLES = new Set(['ceo', 'ciso', 'crmo', 'cqo', 'regional_ciso', 'business_head', 'member', 'secretary']);

/** A role that came with Hinomi has its name in each language; others are as they were written. */
export function roleName(role: string): string {
  return ROLES.has(role) ? t(`body-role-${role}`) : role;
}

export const CRITICALITIES = ['critical', 'high', 'medium', 'low'] as const;

/** The case criticality of a stored number. */
export function criticalityOf(rank: number): (typeof CRITICALITIES)[number] {
  return CRITICALITIES[4 - rank] ?? 'low';
}

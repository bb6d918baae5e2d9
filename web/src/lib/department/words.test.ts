// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { ImprovementView, Measurement } from '../api/department-types';
import { effect, measureOf, measured } from './words';

function value(of: number | null, whole = true): Measurement {
  return { id: '1', as_of: '', value: whole ? of : null, part: of, whole, counted: 0, among: 0 };
}

function improvement(better: 'fewer' | 'more', then: number | null, now: number | null): ImprovementView {
  return { better, then: value(then), now: value(now) } as ImprovementView;
}

describe('the effect of an improvement', () => {
  it('goes by which way is better', () => {
    expect(effect(improvement('fewer', 9, 4)).tone).toBe('good');
    expect(effect(improvement('fewer', 4, 9)).tone).toBe('bad');
    expect(effect(improvement('more', 60, 70.5)).tone).toBe('good');
    expect(effect(improvement('more', 60, 60)).tone).toBe('same');
    expect(effect(improvement('more', null, 60)).tone).toBe('same');
  });

  it('is that of the own part where the whole is not seen', () => {
    expect(measured(value(3, false))).toBe(3);
    expect(measured(null)).toBeNull();
  });
});

describe('the measure of a figure', () => {
  it('is the one whose rows the figure opens', () => {
    expect(measureOf({ figure: 'axis-system' } as never)).toEqual({ kind: 'axis_score', axis: 'system' });
    expect(measureOf({ figure: 'tickets-overdue' } as never)).toEqual({ kind: 'overdue_tickets' });
    expect(measureOf(null)).toEqual({ kind: 'open_tickets' });
  });
});

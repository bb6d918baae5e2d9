// SPDX-License-Identifier: Apache-2.0
/** The geometry of the radar: axes start at the top and go clockwise. */

export interface Point {
  x: number;
  y: number;
}

/** Where a value of 0 to 100 lies on an axis. */
export function place(index: number, of: number, value: number, radius: number): Point {
  const angle = (index / of) * 2 * Math.PI - Math.PI / 2;
  const length = (Math.min(100, Math.max(0, value)) / 100) * radius;
  return { x: round(Math.cos(angle) * length), y: round(Math.sin(angle) * length) };
}

/**
 * The outline of the values. An axis without one breaks it: what is not rated is a hole, never a zero. The pieces are
 * open lines; only when every axis has a value do they close.
 */
export function outline(values: readonly (number | null | undefined)[], radius: number): string {
  const known = values.map((value, index) => (value === null || value === undefined ? null : place(index, values.length, value, radius)));
  if (known.every((point) => point !== null)) return `M${known.map(text).join('L')}Z`;
  const start = known.indexOf(null);
  const pieces: string[] = [];
  let piece: Point[] = [];
  for (let step = 1; step <= known.length; step += 1) {
    const point = known[(start + step) % known.length] ?? null;
    if (point) piece.push(point);
    if (!point || step === known.length) {
      if (piece.length > 1) pieces.push(`M${piece.map(text).join('L')}`);
      piece = [];
    }
  }
  return pieces.join('');
}

function text(point: Point | null): string {
  return point ? `${point.x} ${point.y}` : '';
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

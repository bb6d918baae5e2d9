// SPDX-License-Identifier: Apache-2.0
/**
 * How strongly a heat map cell is tinted, 0 to 4. By the square root, so that one case beside two
 * hundred still shows; zero is always empty. The number in the cell is the truth, the tint only guides.
 */
export function heatLevel(count: number, most: number): 0 | 1 | 2 | 3 | 4 {
  if (count <= 0) return 0;
  if (most <= 1) return 1;
  const share = Math.sqrt(count / Math.max(most, count));
  return Math.min(4, 1 + Math.floor(share * 3.999)) as 1 | 2 | 3 | 4;
}

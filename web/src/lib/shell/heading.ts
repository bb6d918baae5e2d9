// SPDX-License-Identifier: Apache-2.0
// A new page is announced by focusing its heading, also when the heading comes with late data.
import type { Attachment } from 'svelte/attachments';

let waiting = false;

export function announceHeading(main: HTMLElement | undefined): void {
  const heading = main?.querySelector<HTMLElement>('h1');
  waiting = !heading;
  heading?.focus({ preventScroll: true });
}

/** On the h1 itself: takes the focus that its navigation left waiting. */
export const heading: Attachment<HTMLElement> = (element) => {
  if (!waiting) return;
  waiting = false;
  element.focus({ preventScroll: true });
};

// SPDX-License-Identifier: Apache-2.0
// j and k walk a list's rows, x ticks one, e unfolds one, Enter follows the row's link.
// A row is an element with data-row; its link or button carries data-row-link.
import type { Attachment } from 'svelte/attachments';

export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'range', 'button'].includes(target.type);
  return target.isContentEditable || ['TEXTAREA', 'SELECT', 'DIALOG'].includes(target.tagName);
}

export function rowkeys(): Attachment<HTMLElement> {
  return (list) => {
    function onkeydown(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      const rows = [...list.querySelectorAll<HTMLElement>('[data-row]')];
      const active = document.activeElement;
      const at = rows.findIndex((row) => row.contains(active));
      if (event.key === 'j' || event.key === 'k') {
        const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + (event.key === 'j' ? 1 : -1)));
        const row = rows[next];
        row?.querySelector<HTMLElement>('[data-row-link]')?.focus();
        row?.scrollIntoView({ block: 'nearest' });
        event.preventDefault();
      } else if (event.key === 'x' && at >= 0) {
        rows[at]?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
        event.preventDefault();
      } else if (event.key === 'e' && at >= 0) {
        rows[at]?.querySelector<HTMLElement>('[data-unfold]')?.click();
        event.preventDefault();
      }
    }
    document.addEventListener('keydown', onkeydown);
    return () => document.removeEventListener('keydown', onkeydown);
  };
}

// SPDX-License-Identifier: Apache-2.0
import { FluentBundle, FluentResource } from '@fluent/bundle';

/** Isolation marks are left out: both languages run left to right and text is copied into tickets. */
export function makeBundle(locale: string, texts: string[]): FluentBundle {
  const bundle = new FluentBundle(locale, { useIsolating: false });
  for (const text of texts) {
    const errors = bundle.addResource(new FluentResource(text));
    if (errors.length > 0) throw errors[0];
  }
  return bundle;
}

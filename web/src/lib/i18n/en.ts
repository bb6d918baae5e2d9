// SPDX-License-Identifier: Apache-2.0
import { makeBundle } from './bundle';

const texts = import.meta.glob<string>('../../../../locales/en/*.ftl', { eager: true, query: '?raw', import: 'default' });

export const bundle = makeBundle('en', Object.values(texts));

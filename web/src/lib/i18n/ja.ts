// SPDX-License-Identifier: Apache-2.0
import { makeBundle } from './bundle';

const texts = import.meta.glob<string>('../../../../locales/ja/*.ftl', { eager: true, query: '?raw', import: 'default' });

export const bundle = makeBundle('ja', Object.values(texts));

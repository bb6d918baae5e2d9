// SPDX-License-Identifier: Apache-2.0
// Puts the fonts for paper beside the built pages: the binary embeds both. No page asks for them.
import { copyFileSync, mkdirSync } from 'node:fs';

const from = new URL('../node_modules/@expo-google-fonts/biz-udpgothic/', import.meta.url);
const to = new URL('../build/fonts/', import.meta.url);
mkdirSync(to, { recursive: true });
// In this order: the first file's family is the report's.
copyFileSync(new URL('400Regular/BIZUDPGothic_400Regular.ttf', from), new URL('BIZUDPGothic-400.ttf', to));
copyFileSync(new URL('700Bold/BIZUDPGothic_700Bold.ttf', from), new URL('BIZUDPGothic-700.ttf', to));
// SIL Open Font License 1.1: it goes where the fonts go.
copyFileSync(new URL('LICENSE_FONT', from), new URL('OFL.txt', to));

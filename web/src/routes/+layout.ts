// SPDX-License-Identifier: Apache-2.0
export const ssr = false;
export const prerender = false;
export const trailingSlash = 'never';

// SPDX-License-Identifier: Apache-2.0
// What a file is probably about: its name without the endings, `web-01.cdx.json.gz` is about `web-01`.
const ENDINGS = /\.(gz|zst|xz|bz2|json|xml|ya?ml|txt|spdx|cdx|sbom|csv|nessus|sarif)$/i;

export function plainName(file: string): string {
  let name = file;
  for (let shorter = name.replace(ENDINGS, ''); shorter !== name && shorter !== ''; shorter = name.replace(ENDINGS, '')) name = shorter;
  return name;
}

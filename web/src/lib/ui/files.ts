// SPDX-License-Identifier: Apache-2.0
// What was dropped: files, and the files of dropped folders.

async function filesOf(entry: FileSystemEntry, found: File[], limit: number): Promise<void> {
  if (found.length >= limit) return;
  if (entry.isFile) {
    found.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader hands out a folder in parts, and an empty part at its end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    for (const each of part) await filesOf(each, found, limit);
  }
}

/** Must be called while the event is handled: the browser forgets the items afterwards. */
export async function droppedFiles(transfer: DataTransfer | null, limit = 5_000): Promise<File[]> {
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined);
  const plain = [...(transfer?.files ?? [])];
  if (entries.length === 0) return plain;
  const found: File[] = [];
  for (const entry of entries) await filesOf(entry, found, limit);
  return found;
}

// SPDX-License-Identifier: Apache-2.0
//! Reads the rows of one table out of an SQLite 3 database held in memory (file format of sqlite.org/fileformat2.html).
//!
//! Just enough for package databases: table B-trees with overflow pages, read only, no indexes, no write-ahead log.
//! Every page is visited at most once, so that a hostile file cannot make the reader loop.

pub(crate) const MAGIC: &[u8] = b"SQLite format 3\0";

const SCHEMA_ROOT: u32 = 1;
const LEAF: u8 = 0x0d;
const INTERIOR: u8 = 0x05;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Blob(&'a [u8]),
    Text(&'a [u8]),
    Other,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SqliteError {
    #[error("the database is damaged at page {page}: {cause}")]
    Damaged { page: u32, cause: &'static str },
    #[error("the database has no table {0:?}")]
    NoTable(String),
}

pub(crate) struct Database<'a> {
    bytes: &'a [u8],
    page_bytes: usize,
    usable_bytes: usize,
}

type Visit<'v> = &'v mut dyn FnMut(&[Value<'_>]) -> Result<(), SqliteError>;

impl<'a> Database<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Database<'a>, SqliteError> {
        let damaged = |cause| SqliteError::Damaged { page: 1, cause };
        if bytes.len() < 100 || !bytes.starts_with(MAGIC) {
            return Err(damaged("the header is cut off"));
        }
        let page_bytes = match u16::from_be_bytes([bytes[16], bytes[17]]) {
            1 => 65536,
            size if size.is_power_of_two() && size >= 512 => usize::from(size),
            _ => return Err(damaged("the page size is wrong")),
        };
        let usable_bytes = page_bytes - usize::from(bytes[20]);
        if usable_bytes < 480 {
            return Err(damaged("the reserved space is wrong"));
        }
        Ok(Database { bytes, page_bytes, usable_bytes })
    }

    /// Calls `visit` with every row of `table`, in the order of its row numbers.
    pub(crate) fn rows(&self, table: &str, visit: Visit<'_>) -> Result<(), SqliteError> {
        let mut root = None;
        self.tree(SCHEMA_ROOT, &mut |row| {
            if let [Value::Text(b"table"), Value::Text(name), _, Value::Integer(page), ..] = row
                && *name == table.as_bytes()
            {
                root = u32::try_from(*page).ok();
            }
            Ok(())
        })?;
        let root = root.ok_or_else(|| SqliteError::NoTable(table.to_owned()))?;
        self.tree(root, visit)
    }

    fn page(&self, number: u32) -> Result<&'a [u8], SqliteError> {
        let start = (number as usize).checked_sub(1).and_then(|index| index.checked_mul(self.page_bytes));
        start
            .and_then(|start| self.bytes.get(start..start.checked_add(self.page_bytes)?))
            .ok_or(SqliteError::Damaged { page: number, cause: "the page lies outside of the file" })
    }

    fn tree(&self, root: u32, visit: Visit<'_>) -> Result<(), SqliteError> {
        let page_count = self.bytes.len() / self.page_bytes;
        let mut visited = vec![false; page_count + 1];
        let mut pending = vec![root];
        let mut payload = Vec::new();
        while let Some(number) = pending.pop() {
            let damaged = |cause| SqliteError::Damaged { page: number, cause };
            let page = self.page(number)?;
            if std::mem::replace(&mut visited[number as usize], true) {
                return Err(damaged("the page is linked twice"));
            }
            let header = if number == 1 { 100 } else { 0 };
            let kind = page[header];
            let cells = usize::from(u16::from_be_bytes([page[header + 3], page[header + 4]]));
            let pointers = header + if kind == INTERIOR { 12 } else { 8 };
            let cell_at = |index: usize| {
                let at = page.get(pointers + 2 * index..pointers + 2 * index + 2)?;
                page.get(usize::from(u16::from_be_bytes([at[0], at[1]]))..)
            };
            match kind {
                INTERIOR => {
                    let right = &page[header + 8..header + 12];
                    let mut children = Vec::with_capacity(cells + 1);
                    for index in 0..cells {
                        let cell =
                            cell_at(index).ok_or_else(|| damaged("a cell lies outside of its page"))?;
                        let child = cell.first_chunk().ok_or_else(|| damaged("a cell is cut off"))?;
                        children.push(u32::from_be_bytes(*child));
                    }
                    children.push(u32::from_be_bytes([right[0], right[1], right[2], right[3]]));
                    pending.extend(children.iter().rev());
                }
                LEAF => {
                    for index in 0..cells {
                        let cell =
                            cell_at(index).ok_or_else(|| damaged("a cell lies outside of its page"))?;
                        self.payload(cell, &mut payload, number)?;
                        let row = record(&payload).ok_or_else(|| damaged("a record is cut off"))?;
                        visit(&row)?;
                    }
                }
                _ => return Err(damaged("the page is no table page")),
            }
        }
        Ok(())
    }

    /// Joins the part of a record on its page with its overflow pages (file format, section 1.6).
    fn payload(&self, cell: &[u8], payload: &mut Vec<u8>, page: u32) -> Result<(), SqliteError> {
        let damaged = |cause| SqliteError::Damaged { page, cause };
        let (size, used) = varint(cell).ok_or_else(|| damaged("a cell is cut off"))?;
        let (_row, row_used) = varint(&cell[used..]).ok_or_else(|| damaged("a cell is cut off"))?;
        let body = &cell[used + row_used..];
        let size = usize::try_from(size).map_err(|_| damaged("a record is too large"))?;
        if size > self.bytes.len() {
            return Err(damaged("a record is larger than the file"));
        }
        payload.clear();
        let local_max = self.usable_bytes - 35;
        if size <= local_max {
            payload.extend_from_slice(body.get(..size).ok_or_else(|| damaged("a record is cut off"))?);
            return Ok(());
        }
        let local_min = (self.usable_bytes - 12) * 32 / 255 - 23;
        let surplus = local_min + (size - local_min) % (self.usable_bytes - 4);
        let local = if surplus <= local_max { surplus } else { local_min };
        payload.extend_from_slice(body.get(..local).ok_or_else(|| damaged("a record is cut off"))?);
        let next = body.get(local..local + 4).ok_or_else(|| damaged("a record is cut off"))?;
        let mut next = u32::from_be_bytes([next[0], next[1], next[2], next[3]]);
        while payload.len() < size {
            let overflow = self.page(next)?;
            let count = (size - payload.len()).min(self.usable_bytes - 4);
            payload.extend_from_slice(&overflow[4..4 + count]);
            next = u32::from_be_bytes([overflow[0], overflow[1], overflow[2], overflow[3]]);
        }
        Ok(())
    }
}

/// The values of one record (file format, section 2.1).
fn record(payload: &[u8]) -> Option<Vec<Value<'_>>> {
    let (header_bytes, used) = varint(payload)?;
    let mut header = payload.get(used..usize::try_from(header_bytes).ok()?)?;
    let mut body = payload.get(usize::try_from(header_bytes).ok()?..)?;
    let mut values = Vec::new();
    while !header.is_empty() {
        let (kind, used) = varint(header)?;
        header = &header[used..];
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let field = body.get(..size)?;
        body = &body[size..];
        values.push(match kind {
            0 => Value::Null,
            1..=6 => Value::Integer(integer(field)),
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            7 => Value::Other,
            _ if kind % 2 == 0 => Value::Blob(field),
            _ => Value::Text(field),
        });
    }
    Some(values)
}

fn integer(field: &[u8]) -> i64 {
    let sign = if field.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    field.iter().fold(sign, |value, byte| (value << 8) | i64::from(*byte))
}

/// Big-endian, seven bits a byte, at most nine bytes; returns the value and how many bytes it took.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (index, byte) in bytes.iter().take(9).enumerate() {
        if index == 8 {
            return Some((value << 8 | u64::from(*byte), 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

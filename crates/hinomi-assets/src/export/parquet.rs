// SPDX-License-Identifier: Apache-2.0
//! Writes a table as a Parquet file (Apache Parquet format 2.10): required columns, plain encoding, no compression.
//!
//! ```text
//! PAR1 │ group of rows: column chunk = page header + values … │ … │ footer: schema, where each chunk lies │ length │ PAR1
//! ```
//! What readers need and no more: names, instants and truths are the types that lists have. Headers and footer are in
//! Thrift's compact protocol.

/// A column and its values, all of one length.
pub(crate) enum Column {
    Text(Vec<String>),
    /// Microseconds since 1970, UTC.
    Time(Vec<i64>),
    Truth(Vec<bool>),
    Count(Vec<i64>),
}

impl Column {
    fn physical(&self) -> i32 {
        match self {
            Self::Truth(_) => 0,
            Self::Time(_) | Self::Count(_) => 2,
            Self::Text(_) => 6,
        }
    }

    /// `ConvertedType`: UTF8, TIMESTAMP_MICROS.
    fn converted(&self) -> Option<i32> {
        match self {
            Self::Text(_) => Some(0),
            Self::Time(_) => Some(10),
            Self::Truth(_) | Self::Count(_) => None,
        }
    }

    fn values(&self) -> Vec<u8> {
        match self {
            Self::Text(texts) => {
                let mut bytes = Vec::with_capacity(texts.iter().map(|text| text.len() + 4).sum());
                for text in texts {
                    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
                bytes
            }
            Self::Time(numbers) | Self::Count(numbers) => {
                numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
            }
            // The first value is the lowest bit.
            Self::Truth(truths) => truths
                .chunks(8)
                .map(|eight| eight.iter().enumerate().fold(0, |byte, (at, is)| byte | (u8::from(*is) << at)))
                .collect(),
        }
    }
}

/// Thrift's compact protocol, as far as Parquet's headers need it.
#[derive(Default)]
struct Compact {
    bytes: Vec<u8>,
    /// The last field's number in each open structure.
    last: Vec<i16>,
}

const TRUE: u8 = 1;
const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

impl Compact {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn zigzag(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)) as u64);
    }

    fn field(&mut self, id: i16, kind: u8) {
        let last = self.last.last().copied().unwrap_or(0);
        match id - last {
            delta @ 1..=15 => self.bytes.push((delta as u8) << 4 | kind),
            _ => {
                self.bytes.push(kind);
                self.zigzag(i64::from(id));
            }
        }
        if let Some(last) = self.last.last_mut() {
            *last = id;
        }
    }

    fn i32(&mut self, id: i16, value: i32) {
        self.field(id, I32);
        self.zigzag(i64::from(value));
    }

    fn i64(&mut self, id: i16, value: i64) {
        self.field(id, I64);
        self.zigzag(value);
    }

    fn text(&mut self, id: i16, value: &str) {
        self.field(id, BINARY);
        self.raw_text(value);
    }

    fn raw_text(&mut self, value: &str) {
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value.as_bytes());
    }

    fn list(&mut self, id: i16, kind: u8, count: usize) {
        self.field(id, LIST);
        match count {
            0..=14 => self.bytes.push((count as u8) << 4 | kind),
            _ => {
                self.bytes.push(0xf0 | kind);
                self.varint(count as u64);
            }
        }
    }

    fn begin(&mut self) {
        self.last.push(0);
    }

    fn end(&mut self) {
        self.last.pop();
        self.bytes.push(0);
    }

    fn structure(&mut self, id: i16, write: impl FnOnce(&mut Self)) {
        self.field(id, STRUCT);
        self.begin();
        write(self);
        self.end();
    }
}

struct Chunk {
    offset: i64,
    size: i64,
    physical: i32,
    rows: i64,
}

/// A file that grows by groups of rows; what is written need not be kept.
pub(crate) struct Writer {
    names: Vec<&'static str>,
    kinds: Vec<(i32, Option<i32>)>,
    groups: Vec<Vec<Chunk>>,
    bytes: Vec<u8>,
    /// What was written before it and has been taken away.
    taken: usize,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self { names: Vec::new(), kinds: Vec::new(), groups: Vec::new(), bytes: b"PAR1".to_vec(), taken: 0 }
    }

    /// Appends rows. The columns are the same every time.
    pub(crate) fn rows(&mut self, columns: &[(&'static str, Column)], count: usize) {
        if self.names.is_empty() {
            self.names = columns.iter().map(|(name, _)| *name).collect();
            self.kinds = columns.iter().map(|(_, column)| (column.physical(), column.converted())).collect();
        }
        if count == 0 {
            return;
        }
        let mut chunks = Vec::with_capacity(columns.len());
        for (_, column) in columns {
            let values = column.values();
            let mut header = Compact::default();
            header.begin();
            header.i32(1, 0); // DATA_PAGE
            header.i32(2, values.len() as i32);
            header.i32(3, values.len() as i32);
            header.structure(5, |page| {
                page.i32(1, count as i32);
                page.i32(2, 0); // PLAIN
                page.i32(3, 3); // RLE, of levels that required columns do not have
                page.i32(4, 3);
            });
            header.end();
            let offset = (self.taken + self.bytes.len()) as i64;
            let size = (header.bytes.len() + values.len()) as i64;
            self.bytes.extend(header.bytes);
            self.bytes.extend(values);
            chunks.push(Chunk { offset, size, physical: column.physical(), rows: count as i64 });
        }
        self.groups.push(chunks);
    }

    /// What has been written since the last time.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.taken += self.bytes.len();
        std::mem::take(&mut self.bytes)
    }

    /// The rest of the file.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let rows = |group: &[Chunk]| group.first().map_or(0, |chunk| chunk.rows);
        let mut footer = Compact::default();
        footer.begin();
        footer.i32(1, 2);
        footer.list(2, STRUCT, self.names.len() + 1);
        footer.begin();
        footer.text(4, "schema");
        footer.i32(5, self.names.len() as i32);
        footer.end();
        for (name, (physical, converted)) in self.names.iter().zip(&self.kinds) {
            footer.begin();
            footer.i32(1, *physical);
            footer.i32(3, 0); // REQUIRED
            footer.text(4, name);
            if let Some(converted) = converted {
                footer.i32(6, *converted);
                // LogicalType: STRING, or TIMESTAMP in microseconds of UTC.
                footer.structure(10, |logical| match converted {
                    0 => logical.structure(1, |_| {}),
                    _ => logical.structure(8, |time| {
                        time.field(1, TRUE);
                        time.structure(2, |unit| unit.structure(2, |_| {}));
                    }),
                });
            }
            footer.end();
        }
        footer.i64(3, self.groups.iter().map(|group| rows(group)).sum());
        footer.list(4, STRUCT, self.groups.len());
        for group in &self.groups {
            footer.begin();
            footer.list(1, STRUCT, group.len());
            for (chunk, name) in group.iter().zip(&self.names) {
                footer.begin();
                footer.i64(2, chunk.offset);
                footer.structure(3, |meta| {
                    meta.i32(1, chunk.physical);
                    meta.list(2, I32, 1);
                    meta.zigzag(0); // PLAIN
                    meta.list(3, BINARY, 1);
                    meta.raw_text(name);
                    meta.i32(4, 0); // UNCOMPRESSED
                    meta.i64(5, chunk.rows);
                    meta.i64(6, chunk.size);
                    meta.i64(7, chunk.size);
                    meta.i64(9, chunk.offset);
                });
                footer.end();
            }
            footer.i64(2, group.iter().map(|chunk| chunk.size).sum());
            footer.i64(3, rows(group));
            footer.end();
        }
        footer.text(6, "hinomi");
        footer.end();
        let length = footer.bytes.len() as u32;
        self.bytes.extend(footer.bytes);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(b"PAR1");
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three rows in two groups, as PyArrow 26 reads them: a, é, "" / true, false, true / 1, -2, 3.
    #[test]
    fn the_file_is_as_other_readers_have_read_it() {
        let mut writer = Writer::new();
        let mut bytes = Vec::new();
        for (texts, truths, times) in
            [(vec!["a", "é"], vec![true, false], vec![1, -2]), (vec![""], vec![true], vec![3])]
        {
            let count = texts.len();
            let texts = texts.into_iter().map(str::to_owned).collect();
            writer.rows(
                &[
                    ("name", Column::Text(texts)),
                    ("stale", Column::Truth(truths)),
                    ("seen", Column::Time(times)),
                ],
                count,
            );
            bytes.extend(writer.take());
        }
        bytes.extend(writer.finish());
        if let Some(path) = std::env::var_os("HINOMI_PARQUET_OUT") {
            std::fs::write(path, &bytes).expect("a place to look at it");
        }
        assert_eq!(&bytes[..4], b"PAR1");
        assert_eq!(
            blake3::hash(&bytes).to_hex()[..16],
            *GOLDEN,
            "read it with another reader before you change this"
        );
    }

    const GOLDEN: &str = "4362afa04bcb3946";

    #[test]
    fn a_table_without_rows_is_a_file_too() {
        let mut writer = Writer::new();
        writer.rows(&[("name", Column::Text(Vec::new()))], 0);
        let bytes = writer.finish();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    }
}

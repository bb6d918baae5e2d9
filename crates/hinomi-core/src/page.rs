// SPDX-License-Identifier: Apache-2.0
//! Keyset paging: the next page starts after the last row's sort keys, so a list that changes meanwhile
//! neither skips nor repeats rows, and the thousandth page costs what the first does.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

pub const DEFAULT_PAGE_LIMIT: u32 = 50;
pub const MAX_PAGE_LIMIT: u32 = 200;
/// A cursor is a handful of sort keys; anything longer was not made by us.
const MAX_CURSOR_CHARS: usize = 4_096;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Ask again with `after` set to this; absent on the last page.
    pub next: Option<String>,
    /// How many rows there are over all pages, where counting is cheap.
    pub total: Option<i64>,
}

impl<T> Page<T> {
    /// Makes a page of rows that were fetched with [`PageRequest::fetch_limit`]: the row too many says that there
    /// is a next page, which starts after the last kept row's `keys`. `list` names the list and its order.
    pub fn from_rows(
        mut rows: Vec<T>,
        request: &PageRequest,
        list: &str,
        keys: impl FnOnce(&T) -> Vec<Value>,
    ) -> Self {
        let limit = request.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| Cursor::new(list, keys(row)).to_string());
        Self { items: rows, next, total: None }
    }

    #[must_use]
    pub fn with_total(mut self, total: i64) -> Self {
        self.total = Some(total);
        self
    }

    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next, total: self.total }
    }
}

/// Which page is wanted. `limit` is always 1 to 200.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRequest {
    pub limit: u32,
    pub after: Option<Cursor>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { limit: DEFAULT_PAGE_LIMIT, after: None }
    }
}

impl PageRequest {
    pub fn new(limit: u32, after: Option<Cursor>) -> Self {
        Self { limit: limit.clamp(1, MAX_PAGE_LIMIT), after }
    }

    /// How many rows to ask the database for: one more than shown.
    pub fn fetch_limit(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The keys to continue after, checked to belong to `list`; `None` on the first page.
    pub fn after_keys(&self, list: &str, count: usize) -> Result<Option<&[Value]>, CursorError> {
        self.after.as_ref().map(|cursor| cursor.keys(list, count)).transpose()
    }
}

/// A cursor that was not made for this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    #[error("the page cursor is not readable")]
    Unreadable,
    #[error("the page cursor belongs to another list or order")]
    Foreign,
}

impl crate::DomainError for CursorError {
    fn kind(&self) -> crate::ErrorKind {
        crate::ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "page-cursor-invalid"
    }

    fn hint(&self) -> Option<String> {
        Some("leave out `after` to start from the first page".to_owned())
    }

    fn fields(&self) -> Vec<crate::FieldError> {
        vec![crate::FieldError::new("?after", self.to_string())]
    }
}

/// Opaque to clients: base64url of a JSON array of the list's name and the last row's sort keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    list: String,
    keys: Vec<Value>,
}

impl Cursor {
    pub fn new(list: impl Into<String>, keys: Vec<Value>) -> Self {
        Self { list: list.into(), keys }
    }

    pub fn keys(&self, list: &str, count: usize) -> Result<&[Value], CursorError> {
        if self.list == list && self.keys.len() == count { Ok(&self.keys) } else { Err(CursorError::Foreign) }
    }

    /// Key `index` as a whole number; [`CursorError::Foreign`] when it is something else.
    pub fn int(&self, index: usize) -> Result<i64, CursorError> {
        self.keys.get(index).and_then(Value::as_i64).ok_or(CursorError::Foreign)
    }

    /// Key `index` as text.
    pub fn text(&self, index: usize) -> Result<&str, CursorError> {
        self.keys.get(index).and_then(Value::as_str).ok_or(CursorError::Foreign)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = vec![Value::from(self.list.as_str())];
        parts.extend(self.keys.iter().cloned());
        formatter.write_str(&URL_SAFE_NO_PAD.encode(Value::Array(parts).to_string()))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        if text.len() > MAX_CURSOR_CHARS {
            return Err(CursorError::Unreadable);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Unreadable)?;
        let parts: Vec<Value> = serde_json::from_slice(&bytes).map_err(|_| CursorError::Unreadable)?;
        let mut parts = parts.into_iter();
        let Some(Value::String(list)) = parts.next() else { return Err(CursorError::Unreadable) };
        let keys: Vec<Value> = parts.collect();
        let scalar = keys.iter().all(|key| !key.is_array() && !key.is_object());
        if scalar { Ok(Self { list, keys }) } else { Err(CursorError::Unreadable) }
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_too_many_becomes_the_next_cursor() {
        let request = PageRequest::new(2, None);
        assert_eq!(request.fetch_limit(), 3);
        let page = Page::from_rows(vec![1, 2, 3], &request, "numbers", |row| vec![Value::from(*row)]);
        assert_eq!(page.items, vec![1, 2]);
        let cursor: Cursor = page.next.unwrap().parse().unwrap();
        let next = PageRequest::new(2, Some(cursor));
        assert_eq!(next.after_keys("numbers", 1).unwrap(), Some(&[Value::from(2)][..]));
        let last = Page::from_rows(vec![3], &next, "numbers", |row| vec![Value::from(*row)]);
        assert_eq!(last.next, None);
    }

    #[test]
    fn foreign_and_damaged_cursors_are_refused() {
        let cursor = Cursor::new("numbers", vec![Value::from(2), Value::from("b")]);
        assert_eq!((cursor.int(0), cursor.text(1)), (Ok(2), Ok("b")));
        assert_eq!(cursor.text(0), Err(CursorError::Foreign));
        assert_eq!(cursor.keys("letters", 2), Err(CursorError::Foreign));
        assert_eq!(cursor.keys("numbers", 1), Err(CursorError::Foreign));
        for damaged in ["", "!", "W10", "WzFd", "WyJhIixbXV0", &"A".repeat(5_000)] {
            assert_eq!(damaged.parse::<Cursor>(), Err(CursorError::Unreadable), "{damaged}");
        }
    }

    #[test]
    fn limit_is_kept_within_bounds() {
        assert_eq!(PageRequest::new(0, None).limit, 1);
        assert_eq!(PageRequest::new(9_999, None).limit, MAX_PAGE_LIMIT);
        assert_eq!(PageRequest::default().limit, 50);
    }
}

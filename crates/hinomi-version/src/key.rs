// SPDX-License-Identifier: Apache-2.0
//! The building blocks of keys: bytes that `memcmp` orders as the numbers and texts they stand for.
//!
//! ```text
//! number   [1 + n] [n big-endian bytes]        n = 0..=8, leading zeros of the decimal text ignored
//!          [10] [u32 digits] [ASCII digits]    numbers of twenty digits and more
//! text     [bytes, 00 as 01 01, 01 as 01 02] [00]
//! ```
//!
//! A number never starts with `00`, so `00` can end a list of numbers and sort before every longer list.

/// First byte of a list's end. It sorts before every number.
pub(crate) const END: u8 = 0;

/// Longest decimal text that always fits in a `u64`.
const SMALL_DIGITS: usize = 19;
const BIG_NUMBER: u8 = 10;

/// Appends a number given as decimal digits; anything but ASCII digits is the caller's mistake and reads as digits.
pub(crate) fn push_digits(out: &mut Vec<u8>, digits: &[u8]) {
    let digits = strip_zeros(digits);
    if digits.len() <= SMALL_DIGITS {
        let value = digits.iter().fold(0_u64, |sum, digit| {
            sum.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0') & 15))
        });
        return push_number(out, value);
    }
    let length = u32::try_from(digits.len()).unwrap_or(u32::MAX);
    out.push(BIG_NUMBER);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(digits);
}

pub(crate) fn push_number(out: &mut Vec<u8>, value: u64) {
    let empty_bytes = (value.leading_zeros() / 8) as usize;
    let used = 8 - empty_bytes;
    out.push(1 + used as u8);
    out.extend_from_slice(&value.to_be_bytes()[empty_bytes..]);
}

/// Appends a text so that a prefix sorts first, whatever follows it in the key.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    for &byte in text {
        push_text_byte(out, byte);
    }
    out.push(END);
}

/// One byte of a text that the caller ends with [`END`].
pub(crate) fn push_text_byte(out: &mut Vec<u8>, byte: u8) {
    match byte {
        0 | 1 => out.extend_from_slice(&[1, byte + 1]),
        _ => out.push(byte),
    }
}

/// Decimal digits without leading zeros; zero is the empty slice.
pub(crate) fn strip_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}

/// Splits the longest prefix whose bytes satisfy `wanted`.
pub(crate) fn take_while(text: &[u8], wanted: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !wanted(*byte)).unwrap_or(text.len());
    text.split_at(end)
}

pub(crate) fn take_digits(text: &[u8]) -> (&[u8], &[u8]) {
    take_while(text, |byte| byte.is_ascii_digit())
}

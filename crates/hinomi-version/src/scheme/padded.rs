// SPDX-License-Identifier: Apache-2.0
//! Lists that go on in zeros for ever, as byte keys.
//!
//! ```text
//! below zero   01 [zeros before it] [value]       fewer zeros first: 1.alpha < 1.0.alpha < 1
//! end          02
//! above zero   03 [zeros before it, complemented] [value]     more zeros first: 1 < 1.0.1 < 1.1
//! ```
//! Gem, Composer, libversion and Conan pad the shorter version with a value in the middle of their order. Writing
//! every value together with the zeros before it keeps `memcmp` right where one list ends in another's zeros.

use crate::key::push_number;

const BELOW: u8 = 1;
const LAST: u8 = 2;
const ABOVE: u8 = 3;

pub(crate) struct Padded<'a> {
    out: &'a mut Vec<u8>,
    zeros: u64,
}

impl<'a> Padded<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Padded { out, zeros: 0 }
    }

    pub(crate) fn zero(&mut self) {
        self.zeros += 1;
    }

    pub(crate) fn below(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(BELOW);
        push_number(self.out, self.zeros);
        write(self.out);
        self.zeros = 0;
    }

    pub(crate) fn above(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(ABOVE);
        let start = self.out.len();
        push_number(self.out, self.zeros);
        self.out[start..].iter_mut().for_each(|byte| *byte = !*byte);
        write(self.out);
        self.zeros = 0;
    }

    /// Drops the zeros seen since the last value.
    pub(crate) fn forget_zeros(&mut self) {
        self.zeros = 0;
    }

    pub(crate) fn finish(self) {
        self.out.push(LAST);
    }
}

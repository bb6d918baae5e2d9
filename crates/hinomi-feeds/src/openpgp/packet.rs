// SPDX-License-Identifier: Apache-2.0
//! Packets and their fields (RFC 9580, section 4): a length is never believed beyond what is there.

/// One packet.
pub(super) struct Packet<'a> {
    pub(super) tag: u8,
    pub(super) body: &'a [u8],
}

/// The packets of a file, until the first broken one.
pub(super) fn packets(bytes: &[u8]) -> impl Iterator<Item = Result<Packet<'_>, String>> {
    let mut reader = Reader::new(bytes);
    let mut is_broken = false;
    std::iter::from_fn(move || {
        if is_broken || reader.is_empty() {
            return None;
        }
        let packet = next(&mut reader).ok_or_else(|| "a packet is cut off or of an unknown form".to_owned());
        is_broken = packet.is_err();
        Some(packet)
    })
}

fn next<'a>(reader: &mut Reader<'a>) -> Option<Packet<'a>> {
    let head = reader.byte()?;
    if head & 0x80 == 0 {
        return None;
    }
    let (tag, length) = if head & 0x40 != 0 {
        // Partial lengths are for data that streams; keys and signatures have none.
        let length = match reader.byte()? {
            short @ 0..=191 => usize::from(short),
            first @ 192..=223 => ((usize::from(first) - 192) << 8) + usize::from(reader.byte()?) + 192,
            255 => usize::try_from(reader.long()?).ok()?,
            _ => return None,
        };
        (head & 0x3f, length)
    } else {
        let length = match head & 3 {
            0 => usize::from(reader.byte()?),
            1 => usize::from(reader.short()?),
            2 => usize::try_from(reader.long()?).ok()?,
            _ => reader.rest().len(),
        };
        ((head >> 2) & 0x0f, length)
    };
    Some(Packet { tag, body: reader.take(length)? })
}

/// Bytes with a place.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(super) fn long(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A length of one byte and so many bytes.
    pub(super) fn counted(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(self.byte()?);
        self.take(length)
    }

    /// A multiprecision integer without leading zeros: its length in bits, then its bytes.
    pub(super) fn integer(&mut self) -> Option<&'a [u8]> {
        let bits = usize::from(self.short()?);
        self.take(bits.div_ceil(8))
    }
}

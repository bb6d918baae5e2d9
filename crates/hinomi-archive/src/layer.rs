// SPDX-License-Identifier: Apache-2.0
//! A decoder under guard: counts what goes in and comes out, keeps the limits, and stays failed once failed.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use crate::error::{ArchiveError, Fault};
use crate::{Kind, Limits, RATIO_FLOOR_BYTES};

/// 128 MiB, the window that `zstd --long=27` needs and the largest that decoders open without an option.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;
const XZ_MEMORY_BYTES: u64 = 256 << 20;
const BUFFER_BYTES: usize = 64 << 10;

/// Counts the bytes that a decoder takes from below.
struct Counting<'r> {
    inner: &'r mut dyn Read,
    taken: Rc<Cell<u64>>,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}

/// What a decoder needs to know about where it stands.
pub(crate) struct Standing<'l> {
    pub(crate) place: String,
    pub(crate) depth: usize,
    pub(crate) limits: &'l Limits,
    /// Bytes produced by all decoders of this walk.
    pub(crate) expanded: Rc<Cell<u64>>,
}

impl Standing<'_> {
    pub(crate) fn limit(&self, what: &'static str, limit: u64, depth: usize) -> Fault {
        Fault { error: ArchiveError::Limit { place: self.place.clone(), what, limit }, depth }
    }
}

pub(crate) struct Guarded<'r> {
    decoder: Box<dyn Read + 'r>,
    kind: Kind,
    standing: Standing<'r>,
    taken: Rc<Cell<u64>>,
    produced: u64,
    fault: Option<Fault>,
}

impl<'r> Guarded<'r> {
    /// `kind` is one of the compressions.
    pub(crate) fn open(
        kind: Kind,
        inner: &'r mut dyn Read,
        standing: Standing<'r>,
    ) -> io::Result<Guarded<'r>> {
        let taken = Rc::new(Cell::new(0));
        let counting = Counting { inner, taken: taken.clone() };
        let buffered = BufReader::with_capacity(BUFFER_BYTES, counting);
        let decoder: Box<dyn Read + 'r> = match kind {
            Kind::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(buffered)),
            Kind::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(buffered)),
            Kind::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Box::new(decoder)
            }
            Kind::Xz => {
                let stream = liblzma::stream::Stream::new_stream_decoder(
                    XZ_MEMORY_BYTES,
                    liblzma::stream::CONCATENATED,
                )?;
                Box::new(liblzma::bufread::XzDecoder::new_stream(buffered, stream))
            }
            _ => return Err(io::Error::other("not a compression")),
        };
        Ok(Guarded { decoder, kind, standing, taken, produced: 0, fault: None })
    }

    /// A member that an archive reader decodes by itself, from `encoded_bytes` of the archive.
    pub(crate) fn member(
        kind: Kind,
        decoder: &'r mut dyn Read,
        encoded_bytes: u64,
        standing: Standing<'r>,
    ) -> Guarded<'r> {
        let taken = Rc::new(Cell::new(encoded_bytes));
        Guarded { decoder: Box::new(decoder), kind, standing, taken, produced: 0, fault: None }
    }

    fn fail(&mut self, fault: Fault) -> io::Error {
        self.fault = Some(fault.clone());
        fault.into_io()
    }

    fn check_limits(&self) -> Result<(), Fault> {
        let limits = self.standing.limits;
        if self.standing.expanded.get() > limits.max_expanded_bytes {
            return Err(self.standing.limit("expanded size in bytes", limits.max_expanded_bytes, 0));
        }
        let allowed = self.taken.get().saturating_mul(limits.max_ratio).max(RATIO_FLOOR_BYTES);
        if self.produced > allowed {
            return Err(self.standing.limit("compression ratio", limits.max_ratio, self.standing.depth));
        }
        Ok(())
    }
}

impl Read for Guarded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone().into_io());
        }
        match self.decoder.read(buffer) {
            Ok(count) => {
                self.produced += count as u64;
                self.standing.expanded.set(self.standing.expanded.get() + count as u64);
                match self.check_limits() {
                    Ok(()) => Ok(count),
                    Err(fault) => Err(self.fail(fault)),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let fault = match Fault::of(&error) {
                    Some(fault) => fault.clone(),
                    None => Fault {
                        error: ArchiveError::Corrupt {
                            place: self.standing.place.clone(),
                            kind: self.kind,
                            offset: self.produced,
                            cause: error.to_string(),
                        },
                        depth: self.standing.depth,
                    },
                };
                Err(self.fail(fault))
            }
        }
    }
}

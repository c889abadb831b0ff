//! A page's body on its way through: decoded, marked, and coded again, a piece at a time.

use std::io;

use bytes::Bytes;
use parking_lot::Mutex;

use super::codec::{Coding, Decoder, Encoder};
use super::injector::Injector;

/// A piece may inflate to this much and so many times its length; more is an attempt to exhaust us.
/// Pages shrink to a tenth, and pieces are of 64 KiB at most.
const INFLATED: usize = 1024 * 1024;
const TIMES: usize = 256;

/// The body of one response.
pub struct Body {
    coding: Coding,
    /// Taken when the first byte arrives: an empty body stays empty.
    tag: Option<String>,
    /// Behind a lock only because it may not be shared between threads; it never is.
    stream: Option<Mutex<Decoder<Injector<Encoder>>>>,
}

impl Body {
    pub fn new(coding: Coding, tag: String) -> Self {
        Self {
            coding,
            tag: Some(tag),
            stream: None,
        }
    }

    /// Takes in a piece and gives what can be sent on.
    ///
    /// # Errors
    /// If the piece is not in the coding that was announced, or inflates beyond measure.
    pub fn push(&mut self, piece: Bytes) -> io::Result<Bytes> {
        let Some(&first) = piece.first() else {
            return Ok(piece);
        };
        if let Some(tag) = self.tag.take() {
            let injector = Injector::new(tag, Encoder::new(self.coding, first)?);
            self.stream = Some(Mutex::new(Decoder::new(self.coding, first, injector)?));
        }
        let Some(stream) = self.stream.as_mut().map(Mutex::get_mut) else {
            return Ok(piece);
        };
        if self.coding == Coding::Identity && stream.inner().is_done() {
            return Ok(piece);
        }
        stream
            .inner()
            .allow(INFLATED.max(piece.len().saturating_mul(TIMES)));
        stream.push(&piece)?;
        Ok(stream.inner().out.take().into())
    }

    /// What is still to be sent when the last piece has been taken in.
    ///
    /// # Errors
    /// If the body is not complete.
    pub fn finish(&mut self) -> io::Result<Bytes> {
        let Some(stream) = self.stream.take() else {
            return Ok(Bytes::new());
        };
        let mut stream = stream.into_inner();
        stream.inner().allow(INFLATED);
        stream.end()?;
        let injector = stream.inner();
        injector.end()?;
        let placeholder = Encoder::Identity(Vec::new());
        let encoder = std::mem::replace(&mut injector.out, placeholder);
        encoder.finish().map(Bytes::from)
    }
}

#[cfg(test)]
mod tests;

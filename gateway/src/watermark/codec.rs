//! Content codings (RFC 9110 §8.4) as streams: what goes in comes out as far as it can, piece by
//! piece, and no more is held than a coding's window.
//!
//! A page goes on in the coding that it came in. It was the upstream's choice from what the client
//! accepts.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::{
    DeflateDecoder, DeflateEncoder, GzEncoder, MultiGzDecoder, ZlibDecoder, ZlibEncoder,
};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// The page is written once and read once: speed counts more than the last percent.
const GZIP_LEVEL: Compression = Compression::new(2);
const BROTLI_LEVEL: u32 = 3;
const ZSTD_LEVEL: i32 = 1;
/// 2^18 bytes: what a page gains by a larger window is not worth the memory.
const BROTLI_WINDOW: u32 = 18;
/// 8 MiB, the most that browsers read (RFC 9659); brotli allows no more than 16 MiB by itself.
const ZSTD_WINDOW: u32 = 23;
const BUFFER: usize = 16 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    /// By its name in `Content-Encoding` and `Accept-Encoding`.
    pub fn from_token(token: &str) -> Option<Self> {
        let is = |name: &str| token.eq_ignore_ascii_case(name);
        match () {
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("br") => Some(Self::Brotli),
            () if is("zstd") => Some(Self::Zstd),
            () if is("deflate") => Some(Self::Deflate),
            () if is("identity") => Some(Self::Identity),
            () => None,
        }
    }

    /// How a body is coded; `None` if in a way that we do not read, or in several.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut fields = headers.get_all(CONTENT_ENCODING).iter();
        match (fields.next(), fields.next()) {
            (None, _) => Some(Self::Identity),
            (Some(field), None) => match field.to_str().ok()?.trim() {
                "" => Some(Self::Identity),
                token => Self::from_token(token),
            },
            (Some(_), Some(_)) => None,
        }
    }
}

/// Reads a coding and writes what it reads to `W`.
pub enum Decoder<W: Write> {
    Identity(W),
    Gzip(Box<MultiGzDecoder<W>>),
    Zlib(Box<ZlibDecoder<W>>),
    Deflate(Box<DeflateDecoder<W>>),
    Brotli(Box<brotli::DecompressorWriter<W>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, W>>),
}

impl<W: Write> Decoder<W> {
    /// `first` is the first byte of the body. By it the two meanings of `deflate` are told apart: zlib,
    /// as the standard says, and the bare stream that some servers send (RFC 9110 §8.4.1.2).
    ///
    /// # Errors
    /// If there is no memory.
    pub fn new(coding: Coding, first: u8, to: W) -> io::Result<Self> {
        Ok(match coding {
            Coding::Identity => Self::Identity(to),
            Coding::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(to))),
            Coding::Deflate if is_zlib(first) => Self::Zlib(Box::new(ZlibDecoder::new(to))),
            Coding::Deflate => Self::Deflate(Box::new(DeflateDecoder::new(to))),
            Coding::Brotli => Self::Brotli(Box::new(brotli::DecompressorWriter::new(to, BUFFER))),
            Coding::Zstd => {
                let mut decoder = zstd::stream::raw::Decoder::new()?;
                decoder.set_parameter(zstd::zstd_safe::DParameter::WindowLogMax(ZSTD_WINDOW))?;
                Self::Zstd(Box::new(zstd::stream::write::Decoder::with_decoder(
                    to, decoder,
                )))
            }
        })
    }

    /// Takes in a piece, and lets out all that can be known by it.
    ///
    /// # Errors
    /// If it is not in the coding, or if the other end refuses.
    pub fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        let inner: &mut dyn Write = match self {
            Self::Identity(w) => w,
            Self::Gzip(w) => w,
            Self::Zlib(w) => w,
            Self::Deflate(w) => w,
            Self::Brotli(w) => w,
            Self::Zstd(w) => w,
        };
        inner.write_all(piece)?;
        inner.flush()
    }

    /// # Errors
    /// If the coded stream is not complete.
    pub fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Identity(_) => Ok(()),
            Self::Gzip(w) => w.try_finish(),
            Self::Zlib(w) => w.try_finish(),
            Self::Deflate(w) => w.try_finish(),
            Self::Brotli(w) => w.close(),
            Self::Zstd(w) => w.do_finish(),
        }
    }

    pub fn inner(&mut self) -> &mut W {
        match self {
            Self::Identity(w) => w,
            Self::Gzip(w) => w.get_mut(),
            Self::Zlib(w) => w.get_mut(),
            Self::Deflate(w) => w.get_mut(),
            Self::Brotli(w) => w.get_mut(),
            Self::Zstd(w) => w.get_mut(),
        }
    }
}

/// RFC 1950 §2.2: method 8, window of at most 32 KiB. A bare stream that begins with this byte would
/// begin with a stored block of a length that no encoder makes.
fn is_zlib(first: u8) -> bool {
    first & 0x0f == 8 && first >> 4 <= 7
}

/// Writes a coding into memory, from where it is taken piece by piece.
pub enum Encoder {
    Identity(Vec<u8>),
    Gzip(GzEncoder<Vec<u8>>),
    Zlib(ZlibEncoder<Vec<u8>>),
    Deflate(DeflateEncoder<Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl Encoder {
    /// As [`Decoder::new`].
    ///
    /// # Errors
    /// If there is no memory.
    pub fn new(coding: Coding, first: u8) -> io::Result<Self> {
        let to = Vec::new();
        Ok(match coding {
            Coding::Identity => Self::Identity(to),
            Coding::Gzip => Self::Gzip(GzEncoder::new(to, GZIP_LEVEL)),
            Coding::Deflate if is_zlib(first) => Self::Zlib(ZlibEncoder::new(to, GZIP_LEVEL)),
            Coding::Deflate => Self::Deflate(DeflateEncoder::new(to, GZIP_LEVEL)),
            Coding::Brotli => Self::Brotli(Box::new(brotli::CompressorWriter::new(
                to,
                BUFFER,
                BROTLI_LEVEL,
                BROTLI_WINDOW,
            ))),
            Coding::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(to, ZSTD_LEVEL)?),
        })
    }

    /// What has been written since it was last taken. After [`Write::flush`] that is everything.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(match self {
            Self::Identity(to) => to,
            Self::Gzip(w) => w.get_mut(),
            Self::Zlib(w) => w.get_mut(),
            Self::Deflate(w) => w.get_mut(),
            Self::Brotli(w) => w.get_mut(),
            Self::Zstd(w) => w.get_mut(),
        })
    }

    /// The rest, with whatever ends the coding.
    ///
    /// # Errors
    /// None in memory.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Identity(to) => Ok(to),
            Self::Gzip(w) => w.finish(),
            Self::Zlib(w) => w.finish(),
            Self::Deflate(w) => w.finish(),
            Self::Brotli(w) => Ok(w.into_inner()),
            Self::Zstd(w) => w.finish(),
        }
    }

    fn as_write(&mut self) -> &mut dyn Write {
        match self {
            Self::Identity(w) => w,
            Self::Gzip(w) => w,
            Self::Zlib(w) => w,
            Self::Deflate(w) => w,
            Self::Brotli(w) => w,
            Self::Zstd(w) => w,
        }
    }
}

impl Write for Encoder {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.as_write().write(piece)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.as_write().flush()
    }
}

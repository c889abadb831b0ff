//! Finds the place of the script in a page, and puts it there while the page streams by.
//!
//! The place is the beginning of the head, or of what stands in its stead: before the first element
//! that is neither `html` nor `head`, but never before a doctype, which would change how the page is laid
//! out. There the script runs before the page's own, and before a `meta` element can forbid it. Once
//! it is in, the rest of the page goes by unread.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lol_html::errors::RewritingError;
use lol_html::html_content::ContentType;
use lol_html::send::{ElementContentHandlers, HtmlRewriter, Settings};
use lol_html::{HandlerResult, MemorySettings, OutputSink, Selector};
use parking_lot::Mutex;

/// A tag longer than this, before the head even begins, ends the search: the page is then marked at
/// its end.
const LONGEST_TAG: usize = 256 * 1024;
/// The search begins with so many bytes, which hold the beginning of most heads, and goes on with twice
/// as many each time: what comes after the place is none of the parser's business, and reading it costs
/// more than everything else. A long tag is begun anew with each bite, hence few and growing ones.
const FIRST_BITE: usize = 64;
const LARGEST_BITE: usize = 1024;

/// Passes a page on to `out`, with the tag in it: any page that has a byte becomes longer by the length
/// of the tag, for by then its length may have been promised.
pub struct Injector<W: Write> {
    state: State,
    pub out: W,
    /// How many bytes may still come by before [`Injector::allow`] is called again.
    allowance: usize,
}

enum State {
    /// Until two bytes tell whether this is UTF-16, which the tag is not.
    Beginning {
        seen: Vec<u8>,
        tag: String,
    },
    Looking(Box<Search>),
    /// The search has been given up: the tag goes to the end.
    Late {
        tag: Vec<u8>,
    },
    /// The tag is in.
    Done,
}

struct Search {
    rewriter: HtmlRewriter<'static, Sink>,
    found: Arc<Found>,
    tag: String,
    bite: usize,
}

/// Written by the rewriter, read by us.
#[derive(Default)]
struct Found {
    output: Mutex<Vec<u8>>,
    done: AtomicBool,
}

struct Sink(Arc<Found>);

impl OutputSink for Sink {
    fn handle_chunk(&mut self, chunk: &[u8]) {
        self.0.output.lock().extend_from_slice(chunk);
    }
}

impl<W: Write> Injector<W> {
    pub fn new(tag: String, out: W) -> Self {
        Self {
            state: State::Beginning {
                seen: Vec::new(),
                tag,
            },
            out,
            allowance: 0,
        }
    }

    /// Lets so many bytes come by; more are an error, so that a small piece that inflates to a huge one
    /// costs neither memory nor time.
    pub fn allow(&mut self, bytes: usize) {
        self.allowance = bytes;
    }

    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Passes on the beginning of a piece, and gives what is left of it.
    fn pass<'a>(&mut self, piece: &'a [u8]) -> io::Result<&'a [u8]> {
        match &mut self.state {
            State::Done | State::Late { .. } => {
                self.out.write_all(piece)?;
                Ok(&[])
            }
            State::Beginning { seen, tag } => {
                let (bite, rest) = piece.split_at(piece.len().min(2 - seen.len()));
                seen.extend_from_slice(bite);
                if seen.len() == 2 {
                    let (seen, tag) = (std::mem::take(seen), std::mem::take(tag));
                    self.state = match seen[..] {
                        [0xfe, 0xff] | [0xff, 0xfe] => State::Late {
                            tag: blank(&seen, tag.len()),
                        },
                        _ => State::Looking(Box::new(Search::new(tag)?)),
                    };
                    self.pass(&seen)?;
                }
                Ok(rest)
            }
            State::Looking(search) => {
                let (bite, rest) = piece.split_at(piece.len().min(search.bite));
                search.bite = LARGEST_BITE.min(search.bite * 2);
                let written = search.rewriter.write(bite);
                self.out.write_all(&search.found.take())?;
                match written {
                    Ok(()) if search.found.done.load(Ordering::Relaxed) => self.leave()?,
                    Ok(()) => {}
                    // It has let out all that it held, and can no more be used.
                    Err(RewritingError::MemoryLimitExceeded(_))
                        if search.found.done.load(Ordering::Relaxed) =>
                    {
                        self.state = State::Done;
                    }
                    Err(RewritingError::MemoryLimitExceeded(_)) => {
                        let tag = std::mem::take(&mut search.tag).into_bytes();
                        self.state = State::Late { tag };
                    }
                    Err(error) => return Err(io::Error::other(error)),
                }
                Ok(rest)
            }
        }
    }

    /// The page is over. One that has no element at all is marked at its end.
    ///
    /// # Errors
    /// If the other end refuses.
    pub fn end(&mut self) -> io::Result<()> {
        if let State::Beginning { seen, tag } = &mut self.state {
            self.out.write_all(seen)?;
            let tag = if seen.is_empty() {
                String::new()
            } else {
                std::mem::take(tag)
            };
            self.state = State::Late { tag: tag.into() };
        }
        self.leave()?;
        if let State::Late { tag } = std::mem::replace(&mut self.state, State::Done) {
            self.out.write_all(&tag)?;
        }
        Ok(())
    }

    /// Ends the search, whether it has found a place or not.
    fn leave(&mut self) -> io::Result<()> {
        let search = match std::mem::replace(&mut self.state, State::Done) {
            State::Looking(search) => search,
            other => {
                self.state = other;
                return Ok(());
            }
        };
        search.rewriter.end().map_err(io::Error::other)?;
        self.out.write_all(&search.found.take())?;
        if !search.found.done.load(Ordering::Relaxed) {
            self.state = State::Late {
                tag: search.tag.into(),
            };
        }
        Ok(())
    }
}

impl<W: Write> Write for Injector<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.allowance = self
            .allowance
            .checked_sub(piece.len())
            .ok_or_else(|| io::Error::other("the page inflates beyond measure"))?;
        let mut rest = piece;
        while !rest.is_empty() {
            rest = self.pass(rest)?;
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Search {
    fn new(tag: String) -> io::Result<Self> {
        let found = Arc::new(Found::default());
        let selector: Selector = "*".parse().map_err(io::Error::other)?;
        let handler = {
            let (found, tag) = (Arc::clone(&found), tag.clone());
            move |element: &mut lol_html::send::Element<'_, '_>| -> HandlerResult {
                let name = element.tag_name();
                if name == "html" || found.done.swap(true, Ordering::Relaxed) {
                    return Ok(());
                }
                if name == "head" {
                    element.prepend(&tag, ContentType::Html);
                } else {
                    element.before(&tag, ContentType::Html);
                }
                Ok(())
            }
        };
        let settings = Settings::new_send()
            .with_strict(false)
            .with_memory_settings(
                MemorySettings::new()
                    .with_max_allowed_memory_usage(LONGEST_TAG)
                    .with_graceful_bail_out_on_memory_limit_exceeded(true),
            )
            .append_element_content_handler((
                std::borrow::Cow::Owned(selector),
                ElementContentHandlers::default().element(handler),
            ));
        Ok(Self {
            rewriter: HtmlRewriter::new(settings, Sink(Arc::clone(&found))),
            found,
            tag,
            bite: FIRST_BITE,
        })
    }
}

/// What a page in UTF-16 gets in place of a tag: as many bytes, and nothing to see.
fn blank(order: &[u8], bytes: usize) -> Vec<u8> {
    let space = if order == [0xfe, 0xff] {
        *b"\0 "
    } else {
        *b" \0"
    };
    space.into_iter().cycle().take(bytes).collect()
}

impl Found {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.output.lock())
    }
}

#[cfg(test)]
mod tests;

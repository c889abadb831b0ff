//! A place to write to whose content can be taken away at any time: writers of files want to own
//! where they write, and we want to send on what they have written.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

#[derive(Clone, Debug, Default)]
pub struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    pub fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock()).into()
    }
}

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

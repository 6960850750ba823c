use std::io::{self, Write};

const SYNC_BEGIN: &[u8] = b"\x1b[?2026h";
const SYNC_END: &[u8] = b"\x1b[?2026l";

/// Collects a frame, writes it in one call, and counts. A frame without content writes nothing.
pub struct FrameWriter<W> {
    out: W,
    frame: Vec<u8>,
    /// Frames go between the marks of a synchronized update (mode 2026).
    pub synchronized: bool,
    /// What follows the next frame that has something to write.
    pub question: &'static [u8],
    /// Frames that had something to write.
    pub frames: u64,
    /// Bytes written in all.
    pub bytes: u64,
}

impl<W: Write> FrameWriter<W> {
    pub fn new(out: W) -> Self {
        Self { out, frame: Vec::with_capacity(16 * 1024), synchronized: false, question: b"", frames: 0, bytes: 0 }
    }

    /// Where the frame's bytes are put.
    pub fn frame(&mut self) -> &mut Vec<u8> {
        if self.frame.is_empty() && self.synchronized {
            self.frame.extend_from_slice(SYNC_BEGIN);
        }
        &mut self.frame
    }

    /// Writes the frame; the number of bytes is 0 when there was nothing to say.
    pub fn finish(&mut self) -> io::Result<usize> {
        let head = if self.synchronized { SYNC_BEGIN.len() } else { 0 };
        if self.frame.len() <= head {
            self.frame.clear();
            return Ok(0);
        }
        if self.synchronized {
            self.frame.extend_from_slice(SYNC_END);
        }
        self.frame.extend_from_slice(self.question);
        let frame = std::mem::take(&mut self.frame);
        let result = self.raw(&frame);
        self.frames += 1;
        self.frame = frame;
        self.frame.clear();
        result
    }

    /// Bytes outside a frame, such as a copy to the clipboard.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.out.flush()?;
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    #[cfg(test)]
    pub fn get_ref(&self) -> &W {
        &self.out
    }
}

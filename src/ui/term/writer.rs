use std::io::{self, Write};
use std::time::{Duration, Instant};

const SYNC_BEGIN: &[u8] = b"\x1b[?2026h";
const SYNC_END: &[u8] = b"\x1b[?2026l";
/// A terminal that takes nothing for this long is treated as gone.
const STUCK: Duration = Duration::from_secs(20);

/// Collects a frame, writes it in one call between the marks of a synchronized update (mode 2026), and counts.
/// A frame without content writes nothing.
pub struct FrameWriter<W> {
    out: W,
    frame: Vec<u8>,
    /// Frames that had something to write.
    pub frames: u64,
    /// Bytes written in all.
    pub bytes: u64,
}

impl<W: Write> FrameWriter<W> {
    pub fn new(out: W) -> Self {
        Self { out, frame: Vec::with_capacity(16 * 1024), frames: 0, bytes: 0 }
    }

    /// Where the frame's bytes are put.
    pub fn frame(&mut self) -> &mut Vec<u8> {
        if self.frame.is_empty() {
            self.frame.extend_from_slice(SYNC_BEGIN);
        }
        &mut self.frame
    }

    /// Writes the frame; the number of bytes is 0 when there was nothing to say.
    pub fn finish(&mut self) -> io::Result<usize> {
        if self.frame.len() <= SYNC_BEGIN.len() {
            self.frame.clear();
            return Ok(0);
        }
        self.frame.extend_from_slice(SYNC_END);
        let frame = std::mem::take(&mut self.frame);
        let result = self.raw(&frame);
        self.frames += 1;
        self.frame = frame;
        self.frame.clear();
        result
    }

    /// Bytes outside a frame, such as a copy to the clipboard.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_whole(&mut self.out, bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    #[cfg(test)]
    pub fn get_ref(&self) -> &W {
        &self.out
    }
}

/// `write_all` that also waits for a terminal which somebody else made non-blocking.
fn write_whole(out: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    let mut since: Option<Instant> = None;
    while !bytes.is_empty() {
        match out.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => {
                bytes = bytes.get(n..).unwrap_or_default();
                since = None;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) if e.kind() == io::ErrorKind::WouldBlock && since.get_or_insert_with(Instant::now).elapsed() < STUCK => {
                std::thread::sleep(Duration::from_millis(2));
            }
            Err(e) => return Err(e),
        }
    }
    out.flush()
}

//! A web server that takes every alert.

use super::certificate::Certificate;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

pub struct Hook {
    address: SocketAddr,
    bodies: Receiver<Value>,
    got: Vec<Value>,
    /// Connections that were begun.
    tries: Arc<AtomicUsize>,
}

/// A connection, with TLS or without.
trait Talk: Read + Write {}
impl<T: Read + Write> Talk for T {}

impl Hook {
    pub fn plain() -> Self {
        Self::new(|stream| Some(Box::new(stream)))
    }

    pub fn secure(certificate: &Certificate) -> Self {
        let acceptor = certificate.acceptor();
        // A client that does not trust us breaks off.
        Self::new(move |stream| acceptor.accept(stream).ok().map(|stream| Box::new(stream) as Box<dyn Talk>))
    }

    fn new(greet: impl Fn(TcpStream) -> Option<Box<dyn Talk>> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let (send, bodies) = channel();
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                counted.fetch_add(1, Ordering::Relaxed);
                if greet(stream).is_some_and(|stream| serve(stream, &send).is_none()) {
                    return;
                }
            }
        });
        Self { address, bodies, got: Vec::new(), tries }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has come so far.
    pub fn bodies(&mut self) -> &[Value] {
        self.got.extend(self.bodies.try_iter());
        &self.got
    }

    pub fn tries(&self) -> usize {
        self.tries.load(Ordering::Relaxed)
    }
}

/// `None`: nobody asks for bodies any more.
fn serve(mut stream: Box<dyn Talk>, send: &Sender<Value>) -> Option<()> {
    let (mut text, mut bytes) = (String::new(), [0; 65_536]);
    while let Ok(n @ 1..) = stream.read(&mut bytes) {
        text.push_str(&String::from_utf8_lossy(&bytes[..n]));
        if text.ends_with('}') {
            break;
        }
    }
    // Who went away meanwhile has no use for an answer.
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    match text.split("\r\n\r\n").nth(1).and_then(|body| serde_json::from_str(body).ok()) {
        Some(body) => send.send(body).ok(),
        None => Some(()),
    }
}

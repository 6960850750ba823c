use super::super::trust;
use super::CacheError;
use super::address::CacheAddress;
use super::resp::{self, Command, Reply};
use super::words;
use openssl::ssl::{SslConnector, SslMethod, SslStream, SslVerifyMode};
use std::io::{self, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Whoever does not answer within that is away.
const PATIENCE: Duration = Duration::from_secs(5);
const SCRIPTS: [&str; 4] =
    [include_str!("put.lua"), include_str!("courier.lua"), include_str!("mark.lua"), include_str!("sweep.lua")];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    Put,
    Courier,
    Mark,
    Sweep,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<SslStream<TcpStream>>),
}

/// The connection, with our scripts known to Redis.
pub struct Link {
    stream: BufReader<Stream>,
    /// What Redis calls each script.
    scripts: Vec<String>,
    tls: bool,
}

impl Link {
    pub fn open(address: &CacheAddress) -> Result<Self, CacheError> {
        let stream = connect(address)?;
        let mut link = Self { stream: BufReader::new(stream), scripts: Vec::new(), tls: address.tls };
        if let Some(password) = &address.password {
            link.ask(Command::new("AUTH").args(address.user.as_deref()).arg(password))?;
        }
        if address.db != 0 {
            link.ask(Command::new("SELECT").arg(address.db.to_string()))?;
        }
        link.load()?;
        Ok(link)
    }

    fn load(&mut self) -> Result<(), CacheError> {
        let load: Vec<_> = SCRIPTS.iter().map(|text| Command::new("SCRIPT").args(["LOAD", text])).collect();
        let named = self.ask_all(&load)?.iter().map(Reply::text).collect::<Option<Vec<_>>>();
        self.scripts = named.ok_or_else(|| CacheError::Odd("a script got no name".into()))?;
        Ok(())
    }

    /// Calls scripts with their keys and arguments, all in one go.
    pub fn run(&mut self, calls: &[(Script, Command)]) -> Result<Vec<Reply>, CacheError> {
        let replies = self.send(&self.named(calls))?;
        let forgotten = |reply: &Reply| matches!(reply, Reply::Error(error) if error.starts_with("NOSCRIPT"));
        if !replies.iter().any(forgotten) {
            return granted(replies);
        }
        // Somebody flushed them. What was set already has its version.
        self.load()?;
        let calls = self.named(calls);
        self.ask_all(&calls)
    }

    fn named(&self, calls: &[(Script, Command)]) -> Vec<Command> {
        let name = |script: Script| self.scripts.get(script as usize).map(String::as_str).unwrap_or_default();
        calls.iter().map(|(script, call)| Command::new("EVALSHA").arg(name(*script)).and(call)).collect()
    }

    pub fn ask(&mut self, command: Command) -> Result<Reply, CacheError> {
        self.ask_all(&[command])?.pop().ok_or_else(|| CacheError::Odd("no answer".into()))
    }

    /// All in one go; the first that is refused is the error.
    pub fn ask_all(&mut self, commands: &[Command]) -> Result<Vec<Reply>, CacheError> {
        granted(self.send(commands)?)
    }

    fn send(&mut self, commands: &[Command]) -> Result<Vec<Reply>, CacheError> {
        let mut bytes = Vec::new();
        commands.iter().for_each(|command| command.write(&mut bytes));
        let stream = self.stream.get_mut();
        let sent = stream.write_all(&bytes).and_then(|()| stream.flush());
        let replies = sent.and_then(|()| commands.iter().map(|_| resp::read(&mut self.stream)).collect());
        replies.map_err(|error| words::broken(&error, self.tls))
    }
}

fn granted(replies: Vec<Reply>) -> Result<Vec<Reply>, CacheError> {
    let refusal = replies.iter().find_map(|reply| if let Reply::Error(words) = reply { Some(words) } else { None });
    match refusal {
        Some(words) => Err(CacheError::Refused(words::refusal(words))),
        None => Ok(replies),
    }
}

fn connect(address: &CacheAddress) -> Result<Stream, CacheError> {
    let tcp = connect_any(address).map_err(|error| words::broken(&error, false))?;
    if !address.tls {
        return Ok(Stream::Plain(tcp));
    }
    let unusable = |error: openssl::error::ErrorStack| CacheError::Refused(error.to_string());
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(unusable)?;
    builder.set_verify(SslVerifyMode::PEER);
    trust::authorities(&mut builder, address.root_certificate.as_deref()).map_err(CacheError::Refused)?;
    match builder.build().connect(&address.host, tcp) {
        Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
        Err(error) => Err(words::handshake(&error)),
    }
}

/// The first of the host's addresses that answers.
fn connect_any(address: &CacheAddress) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for place in (address.host.as_str(), address.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&place, PATIENCE) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

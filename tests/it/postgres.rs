//! A real PostgreSQL, started by the tests.

#[allow(dead_code)] // the library's own tests use all of it
#[path = "../../src/store/postgres/tests/server.rs"]
mod server;

pub use server::{PASSWORD, missing};

use crate::child;
use crate::kafka::{Certificates, free_port};
use crate::support::{TempFolder, folder};
use server::Server;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::PermissionsExt;

pub struct Postgres {
    server: Server,
    folder: TempFolder,
}

impl Deref for Postgres {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Postgres {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}

impl Postgres {
    pub fn start() -> Self {
        let folder = folder("postgres");
        Self { server: Server::start(folder.path(), free_port(), &[]), folder }
    }

    /// One that lets nobody in without TLS. It listens at 127.0.0.2 as well, which its certificate does not name.
    pub fn secured() -> (Self, Certificates) {
        let folder = folder("postgres");
        let certificates = Certificates::make(folder.path());
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::set_permissions(path("broker.key"), PermissionsExt::from_mode(0o600)).expect("our file");
        std::fs::write(path("hba"), "hostssl all all samenet scram-sha-256\nhostnossl all all all reject\n").expect("a file");
        let settings = [
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", path("broker.crt")),
            format!("ssl_key_file={}", path("broker.key")),
            format!("hba_file={}", path("hba")),
            "listen_addresses=127.0.0.1,127.0.0.2".to_owned(),
            "fsync=off".to_owned(),
        ];
        server::own(std::path::Path::new(&path("broker.key")));
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        (Self { server: Server::start(folder.path(), free_port(), &settings), folder }, certificates)
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

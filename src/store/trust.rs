//! Whose certificates are trusted.

use openssl::error::ErrorStack;
use openssl::ssl::SslConnectorBuilder;
use std::path::Path;

/// Those of this file, or else those that this machine trusts.
///
/// # Errors
/// There are none to be read; in words.
pub fn authorities(builder: &mut SslConnectorBuilder, file: Option<&Path>) -> Result<(), String> {
    match file {
        Some(path) => only(builder, path),
        None => the_systems(builder).map_err(|error| error.to_string()),
    }
}

fn only(builder: &mut SslConnectorBuilder, path: &Path) -> Result<(), String> {
    let shown = path.display();
    // OpenSSL's own words for a file that is not there are of no help.
    std::fs::metadata(path).map_err(|error| format!("sslrootcert={shown}: {error}"))?;
    builder.set_ca_file(path).map_err(|error| format!("sslrootcert={shown} holds no certificates: {error}"))
}

/// The OpenSSL that is compiled in looks where this machine keeps nothing.
fn the_systems(builder: &mut SslConnectorBuilder) -> Result<(), ErrorStack> {
    let found = openssl_probe::probe();
    builder.load_verify_locations(found.cert_file.as_deref(), found.cert_dir.first().map(std::path::PathBuf::as_path))
}

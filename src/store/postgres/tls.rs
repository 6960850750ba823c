use super::super::StoreError;
use super::address::{PostgresAddress, Trust};
use openssl::error::ErrorStack;
use openssl::ssl::{SslConnector, SslConnectorBuilder, SslMethod};
use postgres_openssl::MakeTlsConnector;
use std::path::Path;

/// TLS as the address asks for it.
pub fn connector(address: &PostgresAddress) -> Result<MakeTlsConnector, StoreError> {
    let failed = |error: ErrorStack| unusable(error.to_string());
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(failed)?;
    builder.set_verify(address.trust.verify_mode());
    match &address.root_certificate {
        Some(path) => trust_only(&mut builder, path)?,
        None if address.trust != Trust::Anything => trust_the_system(&mut builder).map_err(failed)?,
        None => {}
    }
    let mut connector = MakeTlsConnector::new(builder.build());
    if address.trust != Trust::Host {
        connector.set_callback(|settings, _| {
            settings.set_verify_hostname(false);
            Ok(())
        });
    }
    Ok(connector)
}

fn trust_only(builder: &mut SslConnectorBuilder, path: &Path) -> Result<(), StoreError> {
    let shown = path.display();
    // OpenSSL's own words for a file that is not there are of no help.
    std::fs::metadata(path).map_err(|error| unusable(format!("sslrootcert={shown}: {error}")))?;
    builder.set_ca_file(path).map_err(|error| unusable(format!("sslrootcert={shown} holds no certificates: {error}")))
}

/// The OpenSSL that is compiled in looks where this machine keeps nothing.
fn trust_the_system(builder: &mut SslConnectorBuilder) -> Result<(), ErrorStack> {
    let found = openssl_probe::probe();
    builder.load_verify_locations(found.cert_file.as_deref(), found.cert_dir.first().map(std::path::PathBuf::as_path))
}

fn unusable(why: String) -> StoreError {
    StoreError::Failed { what: "cannot be reached with TLS", why, passing: false }
}

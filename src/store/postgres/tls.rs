use super::super::{StoreError, trust};
use super::address::{PostgresAddress, Trust};
use openssl::ssl::{SslConnector, SslMethod};
use postgres_openssl::MakeTlsConnector;

/// TLS as the address asks for it.
pub fn connector(address: &PostgresAddress) -> Result<MakeTlsConnector, StoreError> {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(|error| unusable(error.to_string()))?;
    builder.set_verify(address.trust.verify_mode());
    let file = address.root_certificate.as_deref();
    if file.is_some() || address.trust != Trust::Anything {
        trust::authorities(&mut builder, file).map_err(unusable)?;
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

fn unusable(why: String) -> StoreError {
    StoreError::Failed { what: "cannot be reached with TLS", why, passing: false }
}

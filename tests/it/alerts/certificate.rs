//! Certificates of a test's own, made in memory.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder};

pub struct Certificate {
    key: PKey<Private>,
    x509: X509,
}

impl Certificate {
    /// One that others are signed with.
    pub fn authority(name: &str) -> Self {
        let (key, name) = (new_key(), named(name));
        let mut builder = begun(&key, &name, &name);
        builder.append_extension(BasicConstraints::new().critical().ca().build().expect("an extension")).expect("it fits");
        builder.sign(&key, MessageDigest::sha256()).expect("a signature");
        Self { key, x509: builder.build() }
    }

    /// A server's, for this address.
    pub fn signs(&self, address: &str) -> Self {
        let key = new_key();
        let mut builder = begun(&key, &named(address), self.x509.subject_name());
        let context = builder.x509v3_context(Some(&self.x509), None);
        let of = SubjectAlternativeName::new().ip(address).build(&context).expect("an extension");
        builder.append_extension(of).expect("it fits");
        builder.sign(&self.key, MessageDigest::sha256()).expect("a signature");
        Self { key, x509: builder.build() }
    }

    pub fn pem(&self) -> Vec<u8> {
        self.x509.to_pem().expect("a certificate")
    }

    pub fn acceptor(&self) -> SslAcceptor {
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).expect("TLS");
        builder.set_private_key(&self.key).and_then(|()| builder.set_certificate(&self.x509)).expect("key and certificate");
        builder.build()
    }
}

fn new_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a curve");
    EcKey::generate(&group).and_then(PKey::from_ec_key).expect("a key")
}

fn named(name: &str) -> X509Name {
    let mut builder = X509NameBuilder::new().expect("a name");
    builder.append_entry_by_text("CN", name).expect("a name");
    builder.build()
}

fn begun(key: &PKey<Private>, subject: &openssl::x509::X509NameRef, issuer: &openssl::x509::X509NameRef) -> X509Builder {
    let mut builder = X509Builder::new().expect("a certificate");
    let serial = BigNum::from_u32(fastrand::u32(1..)).and_then(|n| n.to_asn1_integer()).expect("a number");
    let (from, to) = (Asn1Time::days_from_now(0).expect("now"), Asn1Time::days_from_now(2).expect("a time"));
    let set = builder
        .set_version(2)
        .and_then(|()| builder.set_serial_number(&serial))
        .and_then(|()| builder.set_subject_name(subject))
        .and_then(|()| builder.set_issuer_name(issuer))
        .and_then(|()| builder.set_pubkey(key))
        .and_then(|()| builder.set_not_before(&from))
        .and_then(|()| builder.set_not_after(&to));
    set.expect("plain fields");
    builder
}

//! An authority, a broker's certificate and the broker's settings for TLS, SASL and access rules.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Files of a test's own certificate authority, and of another one that nobody trusts.
#[derive(Clone, Debug)]
pub struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    pub fn make(folder: &Path) -> Self {
        let made = Self { folder: folder.to_path_buf() };
        made.authority("ca");
        made.authority("other-ca");
        made.leaf("broker", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
        made.leaf("client", "extendedKeyUsage=clientAuth\n");
        made
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    pub fn authority_file(&self) -> String {
        self.path("ca.crt")
    }

    pub fn other_authority_file(&self) -> String {
        self.path("other-ca.crt")
    }

    /// Certificate and key of a client that the broker knows.
    pub fn client_files(&self) -> (String, String) {
        (self.path("client.crt"), self.path("client.key"))
    }

    fn authority(&self, name: &str) {
        let (key, crt) = (self.path(&format!("{name}.key")), self.path(&format!("{name}.crt")));
        let subject = format!("/CN=vigie-tests-{name}");
        let mut args = vec!["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", &subject];
        args.extend(["-keyout", &key, "-out", &crt]);
        openssl(&args);
    }

    fn leaf(&self, name: &str, extensions: &str) {
        let of = |ending: &str| self.path(&format!("{name}.{ending}"));
        let (key, csr, ext, crt, pem) = (of("key"), of("csr"), of("ext"), of("crt"), of("pem"));
        let (ca, ca_key) = (self.path("ca.crt"), self.path("ca.key"));
        std::fs::write(&ext, extensions).expect("the extensions");
        openssl(&["req", "-newkey", "rsa:2048", "-nodes", "-subj", &format!("/CN={name}"), "-keyout", &key, "-out", &csr]);
        let mut args = vec!["x509", "-req", "-in", &csr, "-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial"];
        args.extend(["-days", "30", "-extfile", &ext, "-out", &crt]);
        openssl(&args);
        let whole: String = [&key, &crt, &ca].map(|p| std::fs::read_to_string(p).expect("just made")).concat();
        std::fs::write(&pem, whole).expect("key and chain in one file");
    }

    pub fn broker_settings(&self) -> Vec<(String, String)> {
        let plain = "org.apache.kafka.common.security.plain.PlainLoginModule required";
        let oauth = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";
        let scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
        [
            ("ssl.keystore.type", "PEM".to_owned()),
            ("ssl.keystore.location", self.path("broker.pem")),
            ("ssl.truststore.type", "PEM".to_owned()),
            ("ssl.truststore.location", self.path("ca.crt")),
            ("listener.name.ssl.ssl.client.auth", "required".to_owned()),
            ("sasl.enabled.mechanisms", "SCRAM-SHA-512,PLAIN".to_owned()),
            (
                "listener.name.sasl_ssl.plain.sasl.jaas.config",
                format!(r#"{plain} user_admin="admin-pw" user_observer="observer-pw" user_stranger="stranger-pw";"#),
            ),
            ("listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config", scram.to_owned()),
            ("listener.name.sasl_plaintext.sasl.enabled.mechanisms", "OAUTHBEARER".to_owned()),
            ("listener.name.sasl_plaintext.oauthbearer.sasl.jaas.config", format!("{oauth} required;")),
            // A connection is closed whose token has expired and that has not shown a newer one.
            ("listener.name.sasl_plaintext.oauthbearer.connections.max.reauth.ms", "60000".to_owned()),
            ("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer".to_owned()),
            ("super.users", "User:admin;User:ANONYMOUS".to_owned()),
            ("allow.everyone.if.no.acl.found", "false".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

fn openssl(args: &[&str]) {
    let ran = Command::new("openssl").args(args).output().expect("openssl starts");
    assert!(ran.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

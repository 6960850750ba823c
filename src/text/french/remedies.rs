use crate::model::{Code, Reason};
use crate::text::facts::Facts;

/// What to do about it, where there is something to do.
pub fn remedy(reason: &Reason) -> Option<&'static str> {
    Some(match reason.code {
        Code::BrokerUnreachable => "vérifiez que le broker tourne et que l'hôte, le port et le pare-feu nous laissent passer",
        Code::ClusterDown => match Facts(reason).cause().filter(|cause| cause.code != Code::ClusterDown) {
            Some(cause) => return self::remedy(&cause),
            None => "vérifiez que ses brokers tournent et que le réseau nous laisse passer",
        },
        Code::AllBrokersDown => "vérifiez les adresses après -b, et qu'un broker y tourne et soit joignable d'ici",
        Code::AdvertisedAddress => {
            "donnez à advertised.listeners des brokers une adresse joignable d'ici, ou une route vers ce nom \
             (une ligne dans hosts, un tunnel par broker)"
        }
        Code::HostNotFound => "cherchez une faute de frappe dans le nom, et vérifiez le DNS ou le fichier hosts de cette machine",
        Code::LoginRefused => "vérifiez nom, mot de passe (ou jeton) et mécanisme\u{202f}; le journal du broker donne la raison",
        Code::MechanismRefused => "réglez sasl.mechanism sur un mécanisme que le listener offre (ses sasl.enabled.mechanisms)",
        Code::CertificateRefused => {
            "donnez l'autorité qui l'a signé (-X ssl.ca.location=FILE), et connectez-vous par le nom que porte le certificat"
        }
        Code::ClientCertificateRefused => {
            "donnez un certificat reconnu par le broker (-X ssl.certificate.location, ssl.key.location) et non expiré"
        }
        Code::TlsExpected => "réglez security.protocol sur SSL ou SASL_SSL, ou prenez le port d'un listener en clair",
        Code::TlsNotExpected => "réglez security.protocol sur PLAINTEXT ou SASL_PLAINTEXT, ou prenez le port du listener TLS",
        Code::SaslExpected => "réglez security.protocol sur SASL_SSL (ou SASL_PLAINTEXT), sasl.mechanism et l'identification",
        Code::TokenFailed => "vérifiez le fichier du jeton, ou lancez la commande du jeton à la main pour voir ce qu'elle écrit",
        Code::TopicRefused => "accordez les ACL Describe, Read et DescribeConfigs sur le topic (ou sur tous\u{202f}: '*')",
        Code::GroupRefused => "accordez l'ACL Describe sur le groupe (ou sur tous\u{202f}: '*')",
        Code::ClusterRefused => "accordez les ACL Describe et DescribeConfigs sur le cluster",
        Code::NothingVisible => {
            "s'il n'est pas vide, accordez les ACL Describe, Read et DescribeConfigs sur les topics, et Describe sur les groupes"
        }
        Code::TimedOut => "vérifiez le réseau entre ici et le broker, et la charge du broker",
        Code::OffsetGone => "la rétention ou la compaction l'a supprimé\u{202f}: rien ne peut le ramener",
        Code::TopicGone => "vérifiez le nom\u{202f}; `vigie topics` montre ce qui existe",
        Code::NotReading => "donnez un budget de lecture, comme --read-budget 8MiB",
        Code::StoreBehind => "lancez `vigie consume`, ou plusieurs\u{202f}; ou surveillez sans --store",
        Code::StoreAway => "regardez la base d'état\u{202f}; vigie réessaie d'elle-même",
        Code::Inflated | Code::ViewBehind => {
            "surveillez moins de topics (--topics), ou baissez --read-budget pour que vigie échantillonne"
        }
        Code::NoCatalogueEntry => "ajoutez le topic à un catalogue à vous (--catalogue FILE)",
        Code::DeletedUnread | Code::RetentionDanger => "allongez la rétention du topic, ou faites lire le groupe plus vite",
        Code::OpenTransaction => "cherchez un producteur mort\u{202f}: kafka-transactions.sh find-hanging le nomme",
        Code::TopicClockOffset => "comparez les horloges des producteurs, des brokers et de cette machine (NTP)",
        Code::UnderMinIsr | Code::UnderReplicated | Code::Offline | Code::BrokerDown => {
            "regardez les brokers arrêtés ou lents, et leurs journaux"
        }
        Code::ControllersSilent => "regardez les contrôleurs\u{202f}: sans eux aucun topic, leader ni réglage ne peut changer",
        Code::GroupStopped => "regardez si le service tourne",
        Code::GroupStalled => "regardez le journal du service\u{202f}: un seul message le retient peut-être",
        Code::GroupLag | Code::GroupLagging => {
            "ajoutez des membres, au plus un par partition, ou cherchez ce qui ralentit chaque message"
        }
        Code::GroupRewound => "demandez qui a remis les offsets\u{202f}: tout ce qui a suivi est refait",
        Code::TopicErrors => "regardez les derniers messages marqués, et le producteur qui les a écrits",
        Code::TopicLatency => "regardez la file et le linger du producteur, et la charge des brokers",
        Code::TopicSilent => "regardez si son producteur tourne et s'il joint les brokers",
        Code::TopicUnusual => {
            "demandez ce qui a changé\u{202f}: une campagne, une version, un producteur qui se répète ou n'a plus rien"
        }
        Code::PartitionSkew => "regardez les clés\u{202f}: une clé que beaucoup partagent va dans une seule partition",
        Code::PipelineStuck => "ouvrez l'étape qui en a le plus, et regardez le groupe qui devrait les prendre",
        Code::CouriersSilent => {
            "si beaucoup se sont tus ensemble, regardez la passerelle de l'appli\u{202f}; si un seul, appelez-le"
        }
        Code::DeliveriesLate => {
            "ouvrez Livraisons\u{202f}: un seul quartier, ou tous\u{202f}? Pluie ou trafic, promettez plus tard\u{202f}; s'il manque \
             des livreurs, envoyez-en plus"
        }
        Code::PaymentsFailing => {
            "ouvrez Paiements\u{202f}: un seul moyen, ou tous\u{202f}? Regardez l'état de ce prestataire\u{202f}; sur le topic des \
             paiements échoués, `@` montre les messages et leurs raisons, `f` en suit un"
        }
        Code::DiskLow => "faites de la place sur cette machine, ou limitez ce que la base d'état garde (keep_ended)",
        Code::PaidTwice => "regardez les deux paiements de la commande, et remboursez-en un",
        Code::AmountDiffers => "comparez les articles de la commande avec ce qui a été payé, avant la livraison",
        Code::PaymentVelocity | Code::RepeatedFailures => {
            "regardez les paiements du client\u{202f}: un script, ou une carte volée, insiste"
        }
        Code::AmountUnusual | Code::CountryUnusual | Code::MethodAbroad => "demandez au client avant la livraison",
        _ => return None,
    })
}

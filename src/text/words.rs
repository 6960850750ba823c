//! One table, long as it is: each language is a column of it, and a test can go through all.

use super::language::{Language, spoken};

macro_rules! words {
    ($($id:ident = $english:literal | $french:literal,)*) => {
        /// Fixed words and labels of the interface.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Word { $($id,)* }
        impl Word {
            pub const ALL: &[Word] = &[$(Word::$id,)*];
            /// The word in one language.
            pub fn of(self, language: Language) -> &'static str {
                match language {
                    Language::English => match self { $(Self::$id => $english,)* },
                    Language::French => match self { $(Self::$id => $french,)* },
                }
            }
        }
    };
}

/// The word in the language that is spoken on this thread.
pub fn word(id: Word) -> &'static str {
    id.of(spoken())
}

/// `label: what`, with the colon as the language that is spoken sets it.
pub fn labelled(label: &str, what: &str) -> String {
    match spoken() {
        Language::English => format!("{label}: {what}"),
        Language::French => format!("{label}\u{202f}: {what}"),
    }
}

/// The word for one, or for so many; French has none in the singular, too.
pub fn plural(n: u64, one: Word, many: Word) -> &'static str {
    let single = match spoken() {
        Language::English => n == 1,
        Language::French => n <= 1,
    };
    word(if single { one } else { many })
}

/// `1 record`, `1 204 records`.
pub fn counted(n: u64, one: Word, many: Word) -> String {
    format!("{} {}", super::count(n), plural(n, one, many))
}

words! {
    Vigie = "vigie" | "vigie",
    Live = "LIVE" | "DIRECT",
    Frozen = "FROZEN" | "FIGÉ",
    Past = "PAST" | "PASSÉ",
    NothingOlder = "nothing older is kept" | "rien de plus ancien n'est gardé",
    NoRoomForIt = "no room for it now" | "pas de place pour l'instant",
    NoRoomForHistory = "There is no memory left for its history (--history-memory)"
        | "Plus de mémoire pour son historique (--history-memory)",
    Stale = "STALE" | "PÉRIMÉ",
    Connected = "connected" | "connecté",
    Connecting = "connecting" | "connexion",
    Degraded = "degraded" | "dégradé",
    Down = "down" | "coupé",
    Healthy = "healthy" | "sain",
    Warning = "warning" | "attention",
    Critical = "critical" | "critique",
    Silent = "silent" | "silence",
    Unknown = "unknown" | "inconnu",
    NotKnown = "–" | "–",
    NotRead = "not read yet" | "pas encore lu",
    Nothing = "" | "",
    P90 = "p90" | "p90",
    Done = "done" | "à jour",
    KeepsUp = "keeps up" | "suit",
    Never = "never" | "jamais",
    OnlyMarkers = "only markers between" | "que des marqueurs entre",
    OrAbove = "or above" | "ou au-delà de",
    P999 = "p99.9" | "p99.9",
    SinceStart = "since start" | "depuis le départ",
    // Header.
    Demo = "demo" | "démo",
    Replay = "replay" | "rejeu",
    Broker = "broker" | "broker",
    Brokers = "brokers" | "brokers",
    Topic = "topic" | "topic",
    Topics = "topics" | "topics",
    Group = "group" | "groupe",
    Groups = "groups" | "groupes",
    Cpu = "CPU" | "CPU",
    Rss = "RSS" | "RSS",
    EmbeddedLogs = "embedded logs" | "journaux embarqués",
    ViewLag = "view lag" | "retard vue",
    Sampled = "sampled" | "échantillon",
    NotReading = "not reading" | "pas de lecture",
    Throttled = "throttled" | "bridé",
    SlowLink = "SLOW" | "LENT",
    WarmingUp = "warming up" | "amorçage",
    NewRecords = "new" | "nouveaux",
    WhatToDo = "what to do" | "que faire",
    Trying = "trying" | "essai de",
    NoBrokerYet = "No broker has answered yet. Figures appear as soon as one does."
        | "Aucun broker n'a encore répondu. Les chiffres viendront dès qu'un seul répond.",
    TooSmall = "Too small: make it at least" | "Trop petit\u{202f}: il faut au moins",
    // Screens.
    ScreenOverview = "Overview" | "Ensemble",
    ScreenTopic = "Topic" | "Topic",
    ScreenGroups = "Groups" | "Groupes",
    ScreenOrders = "Orders" | "Commandes",
    ScreenDeliveries = "Deliveries" | "Livraisons",
    ScreenPayments = "Payments" | "Paiements",
    ScreenStock = "Stock" | "Stock",
    ScreenCustomers = "Customers" | "Clients",
    ScreenChannels = "Messages" | "Envois",
    ScreenLog = "Log" | "Journal",
    ScreenCluster = "Cluster" | "Cluster",
    // Titles of panels.
    Throughput = "throughput" | "débit",
    Latency = "end-to-end latency" | "latence bout en bout",
    LatencyShort = "latency" | "latence",
    ErrorsShort = "errors 1 min" | "err. 1 min",
    ConsumerLag = "consumer lag" | "lag",
    ErrorsOneMinute = "errors (1 min)" | "erreurs (1 min)",
    Alerts = "alerts" | "alertes",
    Firing = "firing" | "en cours",
    LatencyOverTime = "latency over time" | "latence dans le temps",
    Rate = "rate" | "débit",
    Partitions = "partitions" | "partitions",
    Readers = "read by" | "lecteurs",
    Tail = "live tail" | "flux en direct",
    Members = "members" | "membres",
    Pipeline = "pipeline" | "parcours",
    Stuck = "stuck" | "bloquées",
    OpenOrders = "open orders" | "commandes ouvertes",
    Deliveries = "deliveries under way" | "livraisons en cours",
    Payments = "payments" | "paiements",
    PaymentSums = "by method" | "par moyen",
    Stock = "stock" | "stock",
    Customers = "customers" | "clients",
    Funnel = "from login to purchase" | "de la connexion à l'achat",
    Channels = "messages" | "envois",
    NewestMessages = "newest messages" | "derniers envois",
    StateConsumers = "state consumers" | "consommateurs d'état",
    Host = "this host" | "cet hôte",
    Log = "vigie's own log" | "journal de vigie",
    NothingLogged = "vigie has said nothing yet" | "vigie n'a encore rien dit",
    Comparison = "two topics" | "deux topics",
    TwoTopicsNeeded = "x on one topic and on another compares them"
        | "x sur un topic puis sur un autre les compare",
    CompareWith = "x on another topic compares it with" | "x sur un autre topic le compare à",
    OtherByOne = "second by first" | "second / premier",
    AskCompare = "What is different about these two?" | "En quoi ces deux-là diffèrent-ils\u{202f}?",
    Cores = "cores" | "proc.",
    Load = "load" | "charge",
    Memory = "memory" | "mémoire",
    ColFrom = "from" | "source",
    ColText = "text" | "texte",
    Workers = "workers" | "workers",
    Order = "order" | "commande",
    Timeline = "timeline" | "chronologie",
    Configuration = "configuration" | "configuration",
    LagOverTime = "lag over time" | "lag dans le temps",
    Record = "record" | "message",
    Figures = "figures" | "chiffres",
    Questions = "panels of this screen" | "panneaux de cet écran",
    // Questions of the panels.
    AskThroughput = "Does it still flow as usual?" | "Le débit est-il comme d'habitude\u{202f}?",
    AskLatency = "How late do records arrive?" | "Avec quel retard les messages arrivent-ils\u{202f}?",
    AskLag = "Is anybody behind, and by how long?" | "Qui est en retard, et de combien\u{202f}?",
    AskErrors = "Are records broken?" | "Des messages sont-ils abîmés\u{202f}?",
    AskTopics = "Which topic is not well, and why?" | "Quel topic va mal, et pourquoi\u{202f}?",
    AskAlerts = "What fires right now, and since when?"
        | "Quelles alertes en ce moment, et depuis quand\u{202f}?",
    AskTopicInfo = "What is this topic, and how is it kept?"
        | "Qu'est-ce que ce topic, et comment est-il conservé\u{202f}?",
    AskRate = "When did its traffic change?" | "Quand son trafic a-t-il changé\u{202f}?",
    AskHeat = "Since when are some late, and are they getting more?"
        | "Depuis quand y a-t-il des retards, et augmentent-ils\u{202f}?",
    AskDistribution = "Are all records late, or a few?"
        | "Tous les messages en retard, ou quelques-uns\u{202f}?",
    AskPartitions = "Does one partition carry the load or lack replicas?"
        | "Une partition porte-t-elle la charge, ou manque-t-elle de répliques\u{202f}?",
    AskReaders = "Who reads it, and who is behind?" | "Qui le lit, et qui est en retard\u{202f}?",
    AskTail = "What do the records say right now?" | "Que disent les messages en ce moment\u{202f}?",
    AskGroups = "Who is behind, and will they catch up?" | "Qui est en retard, et va-t-il rattraper\u{202f}?",
    AskGroupInfo = "What is wrong with this group?" | "Qu'est-ce qui ne va pas dans ce groupe\u{202f}?",
    AskGroupPartitions = "Which partition holds it up?" | "Quelle partition le retient\u{202f}?",
    AskMembers = "Who works on what?" | "Qui travaille sur quoi\u{202f}?",
    AskPipeline = "Where do orders stand, and does each come out again?"
        | "Où en sont les commandes, et chacune ressort-elle\u{202f}?",
    AskStuck = "Which orders hang, and how much money is at risk?"
        | "Quelles commandes sont bloquées, et combien d'argent en jeu\u{202f}?",
    AskOrders = "Where is this order?" | "Où est cette commande\u{202f}?",
    AskMap = "Where are the couriers, and who of them is late or silent?"
        | "Où sont les livreurs, et lesquels sont en retard ou muets\u{202f}?",
    AskDelivery = "What is this delivery, and will it be in time?"
        | "Quelle est cette livraison, et arrivera-t-elle à temps\u{202f}?",
    AskDeliveryMap = "Where is this courier, and what lies before it?"
        | "Où est ce livreur, et que lui reste-t-il à faire\u{202f}?",
    AskDeliveries = "Which courier is late or silent?" | "Quel livreur est en retard ou muet\u{202f}?",
    AskPayments = "Which payments failed, and why?" | "Quels paiements ont échoué, et pourquoi\u{202f}?",
    AskPaymentSums = "How do people pay, and how much comes through?"
        | "Comment paie-t-on, et combien passe\u{202f}?",
    AskStock = "What runs out first?" | "Qu'est-ce qui manquera en premier\u{202f}?",
    AskCustomers = "Who was here last?" | "Qui est venu en dernier\u{202f}?",
    AskFunnel = "How many of those who come buy something?"
        | "Combien de ceux qui viennent achètent\u{202f}?",
    AskChannels = "Do the messages go out, how many wait, which are given up?" | "Les envois partent-ils, combien attendent, lesquels sont abandonnés\u{202f}?",
    AskSuspicious = "Which payments look wrong, and why?" | "Quels paiements paraissent douteux, et pourquoi\u{202f}?",
    AskMessages = "What was just sent, and about which order?" | "Qu'est-ce qui vient de partir, et pour quelle commande\u{202f}?",
    AskBrokers = "Is every broker there, and does each carry its share?"
        | "Chaque broker est-il là, et porte-t-il sa part\u{202f}?",
    AskAtRisk = "Which partitions lack their leader or replicas in sync, and on which brokers?"
        | "Quelles partitions manquent de leader ou de répliques synchrones, et sur quels brokers\u{202f}?",
    AskConsumers = "Is the state kept, and how far is it behind?"
        | "L'état est-il tenu, et avec quel retard\u{202f}?",
    AskHost = "Does this machine have room left?" | "Cette machine a-t-elle de la marge\u{202f}?",
    AskLog = "What does vigie itself say?" | "Que dit vigie elle-même\u{202f}?",
    AskWorkers = "Do the workers produce what they should?"
        | "Les workers produisent-ils ce qu'ils doivent\u{202f}?",
    AskOrderInfo = "Whose is it, how much is it, how do payment and delivery stand?"
        | "À qui, pour combien, où en sont paiement et livraison\u{202f}?",
    AskTimeline = "What happened to it, and where did it wait?"
        | "Que lui est-il arrivé, et où a-t-elle attendu\u{202f}?",
    // Columns.
    ColTopic = "topic" | "topic",
    ColGroup = "group" | "groupe",
    ColRate = "msg/s" | "msg/s",
    ColMinute = "1 min" | "1 min",
    ColBytes = "bytes/s" | "octets/s",
    ColP50 = "p50" | "p50",
    ColP99 = "p99" | "p99",
    ColLag = "lag" | "lag",
    ColOldest = "oldest" | "retard",
    ColErrors = "err%" | "err%",
    ColHealth = "health" | "santé",
    ColSince = "since" | "depuis",
    ColPartition = "part" | "part",
    ColLeader = "leader" | "leader",
    ColIsr = "ISR" | "ISR",
    ColLow = "low" | "début",
    ColHigh = "high" | "fin",
    ColShare = "share" | "poids",
    ColSkew = "skew" | "asym",
    ColSubject = "subject" | "objet",
    Ago = "ago" | "plus tôt",
    ColTime = "time" | "heure",
    ColWhere = "at" | "où",
    ColKey = "key" | "clé",
    ColValue = "value" | "valeur",
    ColKind = "kind" | "type",
    ColState = "state" | "état",
    ColIn = "in/s" | "écr/s",
    ColOut = "out/s" | "lus/s",
    ColReads = "in/s" | "lus/s",
    ColWrites = "out/s" | "écr/s",
    ColCatchUp = "catch up" | "rattrape",
    ColRetention = "retention" | "rétention",
    ColStatus = "status" | "statut",
    ColCommitted = "committed" | "commit",
    ColEnd = "end" | "fin",
    ColMember = "member" | "membre",
    ColHost = "host" | "hôte",
    ColClient = "client" | "client",
    ColAssigned = "assigned" | "assigné",
    ColOrder = "order" | "commande",
    ColCourier = "courier" | "livreur",
    ColEta = "expected" | "prévue",
    ColProgress = "progress" | "trajet",
    ColLate = "late" | "retard",
    Late = "late" | "en retard",
    ColLeft = "left" | "reste",
    ColSeen = "seen" | "vu",
    ColPayment = "payment" | "paiement",
    ColMethod = "method" | "moyen",
    ColArticle = "article" | "article",
    ColName = "name" | "nom",
    ColLevel = "level" | "niveau",
    ColThreshold = "threshold" | "seuil",
    ColRoom = "above" | "marge",
    ColRunsOut = "runs out" | "rupture",
    ColOrders = "orders" | "cmdes",
    ColChannel = "channel" | "canal",
    ColSent = "sent" | "envoyés",
    ColGivenUp = "given up" | "abandon",
    ColLeaders = "leaders" | "leaders",
    ColReplicas = "replicas" | "répliq.",
    ColUnderReplicated = "under-r." | "sous-r.",
    ColRoundTrip = "answers" | "réponse",
    ColInstance = "instance" | "instance",
    ColAssignedShort = "parts" | "parts",
    ColApplied = "applied/s" | "appliq/s",
    ColApplyP99 = "apply p99" | "appl. p99",
    ColCommitP99 = "commit p99" | "commit p99",
    ColRejected = "rejected" | "rejetés",
    ColWorker = "worker" | "worker",
    ColAborted = "aborted" | "annulés",
    ColWait = "wait" | "attente",
    ColId = "id" | "id",
    ColStage = "stage" | "étape",
    ColAge = "age" | "âge",
    ColDeadline = "limit" | "limite",
    ColAtRisk = "at risk" | "en jeu",
    ColAmount = "amount" | "montant",
    ColCustomer = "customer" | "client",
    ColLastEvent = "last event" | "dernier évén.",
    // Labels.
    MsgPerS = "msg/s" | "msg/s",
    Msgs = "msgs" | "msgs",
    Records = "records" | "messages",
    Oldest = "oldest" | "retard",
    Max = "max" | "max",
    Now = "now" | "maintenant",
    Sort = "sort" | "tri",
    Filter = "filter" | "filtre",
    Of = "of" | "sur",
    NoFilterMatch = "Nothing matches the filter" | "Rien ne correspond au filtre",
    ListHas = "The list has" | "La liste en a",
    OnlyUnderWay = "Only those under way are listed" | "Seules celles en cours sont listées",
    OpensAnyOther = "opens any other" | "en ouvre toute autre",
    EscClears = "Esc clears it" | "Échap l'efface",
    NoTopics = "No topic to watch yet" | "Aucun topic à surveiller pour l'instant",
    NoTopicChosen = "No topic is chosen: Enter on one in Overview, or : and its name"
        | "Aucun topic choisi\u{202f}: Entrée sur l'un d'eux dans Ensemble, ou : et son nom",
    NoGroups = "No consumer group is known" | "Aucun groupe de consommateurs connu",
    NoGroupChosen = "No group is chosen" | "Aucun groupe choisi",
    GroupsNotListed = "The groups cannot be listed" | "Impossible de lister les groupes",
    NameGroups = "Named with --groups they are asked for all the same"
        | "Nommés par --groups, ils sont demandés quand même",
    NoAlerts = "Nothing fires" | "Aucune alerte",
    UnjudgedSince = "not judged since" | "non jugée depuis",
    Unjudged = "not judged" | "non jugées",
    ThatWasThen = "that was then: it is over, or another one by now" | "c'était alors\u{202f}: finie, ou une autre depuis",
    NotJudged = "Not connected: nothing can be judged" | "Non connecté\u{202f}: rien ne peut être jugé",
    NoReaders = "No group has committed on this topic" | "Aucun groupe n'a commité sur ce topic",
    NoRecords = "No record has come since this topic was opened"
        | "Aucun message depuis l'ouverture de ce topic",
    ReadsBefore = "and \"last 500\" read those before" | "puis \"500 derniers\" lit ceux d'avant",
    NoneMatched = "No record has matched the filter yet" | "Aucun message n'a encore passé le filtre",
    P99CountedFor = "p99 counted for" | "p99 compté depuis",
    NoPartitions = "Partitions are not known yet" | "Partitions encore inconnues",
    NoMembers = "No members" | "Aucun membre",
    NoPipeline = "No event of a pipeline of the catalogue was read yet"
        | "Aucun événement d'un parcours du catalogue n'a encore été lu",
    NoOrders = "No order is open" | "Aucune commande ouverte",
    Map = "map" | "carte",
    Delivery = "delivery" | "livraison",
    NoPositions = "No courier has told a position yet" | "Aucun livreur n'a encore donné sa position",
    PositionsHidden = "Positions are personal, and hidden" | "Les positions sont personnelles, et masquées",
    NoPositionOfIt = "No position: it is not under way, or its courier has told none"
        | "Aucune position\u{202f}: elle n'est pas en cours, ou son livreur n'en a pas donné",
    Untold = "no arrival told" | "arrivée inconnue",
    OutOfSight = "out of sight" | "hors champ",
    MapFollows = "following" | "suivi",
    Speed = "speed" | "vitesse",
    Forecasts = "arrival told" | "arrivée annoncée",
    NoDeliveries = "No delivery is under way" | "Aucune livraison en cours",
    NoPayments = "No payment was told of yet" | "Aucun paiement annoncé pour l'instant",
    NoArticles = "No article was told of yet" | "Aucun article annoncé pour l'instant",
    NoCustomers = "No customer was told of yet" | "Aucun client annoncé pour l'instant",
    NoMessages = "No message was read yet" | "Aucun envoi n'a encore été lu",
    NoChannels = "The catalogue has no topic of messages" | "Le catalogue n'a aucun topic d'envois",
    InTime = "in time" | "à temps",
    Low = "low" | "bas",
    RunsOutSoon = "gone in 10 min" | "à court en 10 min",
    TenMinutes = "10 min" | "10 min",
    InAll = "in all" | "total",
    AllMethods = "all" | "tous",
    NotPaid = "not paid" | "impayé",
    Started = "started" | "lancés",
    Completed = "completed" | "réussis",
    CameIn = "came in" | "encaissé",
    PaymentsOf = "payments" | "paiements",
    UnderWay = "under way" | "en cours",
    LookWrong = "look wrong" | "douteux",
    NoneSuspicious = "No payment looks wrong" | "Aucun paiement ne paraît douteux",
    Logins = "logins" | "connexions",
    PageViews = "page views" | "pages vues",
    Searches = "searches" | "recherches",
    Purchases = "purchases" | "achats",
    Conversion = "who buy" | "achètent",
    NoConsumers = "No state consumer: watch --consume runs one, --store FILE sees a store's"
        | "Aucun consommateur d'état\u{202f}: watch --consume ou --store FICHIER en montre",
    NoWorkers = "No worker here: watch --consume --workers eta,notify,stock starts them"
        | "Aucun worker ici\u{202f}: watch --consume --workers eta,notify,stock les lance",
    OfflinePart = "partition without a leader" | "partition sans leader",
    OfflineParts = "partitions without a leader" | "partitions sans leader",
    UnderMinIsrPart = "partition below its least in-sync replicas" | "partition sous son minimum de répliques synchrones",
    UnderMinIsr = "partitions below their least in-sync replicas"
        | "partitions sous leur minimum de répliques synchrones",
    PartitionsAtRisk = "partitions at risk" | "partitions en danger",
    NoneAtRiskTold = "None by the cluster's last answer, but not every broker answers now"
        | "Aucune d'après la dernière réponse du cluster, mais tous les brokers ne répondent pas",
    NoPartitionAtRisk = "Every partition has its leader and all its replicas in sync"
        | "Chaque partition a son leader et toutes ses répliques synchrones",
    NoLeader = "no leader" | "sans leader",
    BelowMinIsr = "below min ISR" | "sous le min ISR",
    UnderReplicated = "under-replicated" | "sous-répliquée",
    ColLacks = "lacks" | "défaut",
    ColMissing = "missing" | "manquent",
    UnderReplicatedPart = "under-replicated partition" | "partition sous-répliquée",
    UnderReplicatedParts = "under-replicated partitions" | "partitions sous-répliquées",
    StoreAway = "store away" | "base d'état injoignable",
    StoppedPartitions = "stopped" | "à l'arrêt",
    RemovedUnread = "records removed unread" | "messages supprimés sans être lus",
    CacheAway = "cache away" | "cache injoignable",
    CacheRebuilding = "cache is being filled" | "cache en cours de remplissage",
    ForecastOff = "off by" | "écart",
    Arrivals = "arrivals" | "arrivées",
    OrderNotInMemory = "Not in memory: it ended a while ago, or was never told of"
        | "Pas en mémoire\u{202f}: finie depuis un moment, ou jamais annoncée",
    FindsItsRecords = "finds its records in Kafka" | "retrouve ses messages dans Kafka",
    StoreFindsIt = "vigie state orders --id finds it in a store" | "vigie state orders --id la trouve dans une base d'état",
    GapLong = "a step before the last one was never told"
        | "une étape avant la dernière n'a jamais été annoncée",
    MidwayLong = "met midway: its first step is not known here"
        | "prise en route\u{202f}: sa première étape n'est pas connue ici",
    ConflictLong = "it came to two ends that exclude each other"
        | "deux fins qui s'excluent ont été annoncées",
    LookedUp = "looked up" | "relu",
    AskingBroker = "Asking the broker for this record" | "Ce message est demandé au broker",
    Name = "name" | "nom",
    Shop = "shop" | "chez",
    Method = "by" | "par",
    Courier = "courier" | "livreur",
    District = "to" | "vers",
    Eta = "expected" | "prévue",
    Remaining = "left" | "reste",
    Why = "because" | "motif",
    Position = "at" | "position",
    NoneStuck = "Nothing is stuck: each is within the limit of its stage"
        | "Rien de bloqué\u{202f}: chacune est dans la limite de son étape",
    Here = "here" | "ici",
    Ended = "ended" | "finies",
    Entered = "entered" | "entrées",
    Left = "left" | "sorties",
    Inside = "inside" | "dedans",
    MissingSteps = "steps missing" | "étapes manquantes",
    EvictedOrders = "let go" | "oubliées",
    JoinedMidway = "seen midway" | "vues en route",
    Gap = "gap" | "trou",
    NewestShown = "the newest" | "les dernières",
    NewestListed = "newest" | "récents",
    WaitingLongest = "waiting" | "en attente",
    NewestOfThem = "newest" | "récentes",
    OldestOfThem = "oldest" | "anciennes",
    Orders = "orders" | "commandes",
    FromTail = "from the tail" | "du flux",
    FromStoreAndTail = "from the store and the tail" | "de la base d'état et du flux",
    NoLatency = "No record was read in the last minute" | "Aucun message lu dans la dernière minute",
    AwaitingMembers = "Asking for the members" | "Membres demandés",
    FrozenBefore = "The screen was frozen before this was asked for: Space goes live"
        | "L'écran a été figé avant cette demande\u{202f}: Espace revient au direct",
    NotYet = "Not known yet" | "Pas encore connu",
    GoneTopic = "This topic is not in the cluster any more, or not watched"
        | "Ce topic n'est plus dans le cluster, ou n'est plus surveillé",
    GoneGroup = "This group is not in the cluster any more" | "Ce groupe n'est plus dans le cluster",
    MoreCells = "The panel is too small here: z shows it alone"
        | "Panneau trop petit ici\u{202f}: z le montre seul",
    Match = "match" | "passent",
    Dropped = "dropped by the view" | "perdus par la vue",
    Newer = "newer" | "plus récents",
    Abandoned = "abandoned: no members, no commit for 10 min; not in totals"
        | "abandonnés\u{202f}: aucun membre, aucun commit depuis 10 min\u{202f}; hors totaux",
    AbandonedStatus = "abandoned" | "abandonné",
    UpperBound = "upper bound" | "au plus",
    Inflated = "holds our own delay" | "contient notre retard",
    OpenTransaction = "in open transactions" | "en transactions ouvertes",
    NeverCommitted = "never committed" | "aucun commit",
    Deleted = "deleted" | "supprimé",
    Retention = "retention" | "rétention",
    ForEver = "for ever" | "illimitée",
    Cleanup = "cleanup" | "nettoyage",
    MinIsr = "min ISR" | "ISR min",
    Timestamps = "time by" | "heure du",
    Producer = "producer" | "producteur",
    BrokerTime = "broker" | "broker",
    Compression = "compression" | "compression",
    MaxMessage = "max message" | "message max",
    NoRole = "not in the catalogue: content not judged" | "absent du catalogue\u{202f}: contenu non jugé",
    Processing = "processing" | "traitement",
    Rebalances = "rebalances in 10 min" | "rééquilibrages en 10 min",
    DeletedIn = "oldest unread is deleted in" | "le plus ancien non lu est supprimé dans",
    DeletedAlready = "unread records were deleted" | "des messages non lus ont été supprimés",
    Offline = "offline" | "hors ligne",
    Hidden = "hidden" | "masqués",
    HiddenPartitions = "hidden" | "masquées",
    SpanMinute = "1 min" | "1 min",
    SpanTenMinutes = "10 min" | "10 min",
    SpanHour = "1 h" | "1 h",
    SpanSixHours = "6 h" | "6 h",
    // Records.
    Partition = "partition" | "partition",
    Offset = "offset" | "offset",
    Timestamp = "timestamp" | "horodatage",
    Received = "received" | "reçu",
    Later = "later" | "après",
    Verdict = "verdict" | "verdict",
    Key = "key" | "clé",
    Headers = "headers" | "en-têtes",
    Value = "value" | "valeur",
    Null = "null" | "null",
    Empty = "empty" | "vide",
    Deletion = "null: a deletion" | "null\u{202f}: une suppression",
    VerdictEvent = "understood, keeps its contract" | "compris, respecte son contrat",
    VerdictUnjudged = "not in the catalogue, not judged" | "absent du catalogue, non jugé",
    VerdictDeletion = "deletion" | "suppression",
    VerdictMalformed = "malformed" | "malformé",
    VerdictContract = "breaks its contract" | "rompt son contrat",
    VerdictUndecoded = "no registry for schema" | "pas de registre pour le schéma",
    CutAt = "cut: first" | "coupé\u{202f}: premiers",
    FetchingWhole = "fetching the whole value" | "la valeur entière arrive",
    // Help and messages.
    Bootstrap = "brokers' addresses" | "adresses des brokers",
    ListNotWhole = "not the whole list" | "liste incomplète",
    LocalZone = "local" | "locale",
    Zone = "zone" | "fuseau",
    Theme = "theme" | "thème",
    Colors = "colours" | "couleurs",
    FramesWritten = "frames written" | "images écrites",
    BytesWritten = "bytes written to this terminal" | "octets écrits sur ce terminal",
    PerSecond = "/s" | "/s",
    Copied = "copied" | "copié",
    TooLongToCopy = "too long to copy" | "trop long à copier",
    NoClipboard = "this terminal has no clipboard" | "ce terminal n'a pas de presse-papiers",
    TerminalBusy = "the terminal takes nothing" | "le terminal ne prend plus rien",
    BadPattern = "bad pattern" | "motif invalide",
    FilterHintTail = "text  /re/  key:k  .field=v  !inverts" | "texte  /re/  key:k  .champ=v  !inverse",
    FindHint = "a key, or words of what it does" | "une touche, ou des mots de ce qu'elle fait",
    FilterHintList = "words  \"as one\"  /re/  !inverts" | "mots  \"ensemble\"  /re/  !inverse",
    EngineBusy = "busy, ask again" | "occupé, redemandez",
    NothingFound = "Nothing is called so" | "Rien ne s'appelle ainsi",
    CanBeFound = "Screens, actions, topics, groups, orders, couriers, clusters, spans and themes are found by their names"
        | "Écrans, actions, topics, groupes, commandes, livreurs, clusters, durées et thèmes se trouvent par leurs noms",
    AlsoUnlisted = "also what no list has" | "aussi ce qu'aucune liste n'a",
    KindClassic = "classic" | "classique",
    KindConsumer = "consumer" | "consumer",
    KindShare = "share" | "share",
    KindStreams = "streams" | "streams",
    KindConnect = "connect" | "connect",
    GroupStable = "stable" | "stable",
    GroupRebalancing = "rebalancing" | "rééquilibre",
    GroupAssigning = "assigning" | "assignation",
    GroupReconciling = "reconciling" | "réconcilie",
    GroupEmpty = "empty" | "vide",
    GroupDead = "dead" | "mort",
    // The past, and who is followed.
    PastTitle = "past" | "passé",
    NotLive = "not live" | "pas en direct",
    From = "from" | "depuis",
    PlaceLast = "last" | "derniers",
    PlaceStart = "start" | "le début",
    Preview = "preview" | "aperçu",
    FollowTitle = "follow" | "suivi de",
    LiveSince = "live since" | "en direct depuis",
    CameOne = "came" | "reçu",
    Came = "came" | "reçus",
    TailSkippedOne = "record was passed over" | "message non lu",
    TailSkipped = "records were passed over" | "messages non lus",
    OldestLetGo = "the oldest were let go of" | "les plus anciens ne sont pas gardés",
    NothingFoundYet = "Nothing found" | "Rien trouvé",
    Searching = "Searching" | "Recherche",
    SearchingBack = "searching back" | "recherche en arrière",
    SearchingForward = "reading on" | "lecture en avant",
    SearchRests = "more lies there" | "il y en a d'autres",
    SearchWhole = "that is all there is" | "il n'y a rien d'autre",
    SearchAtEnd = "read up to here" | "lu jusqu'ici",
    SearchPaused = "paused" | "en pause",
    StillToSearch = "still to search" | "encore à lire",
    SearchStopped = "stopped" | "arrêté",
    FoundOne = "found" | "trouvé",
    FoundWord = "found" | "trouvés",
    InMemory = "in memory" | "en mémoire",
    ReadOne = "read" | "lu",
    ReadWord = "read" | "lus",
    ReachesTo = "back to" | "jusqu'à",
    PartitionFailed = "partition not read" | "partition non lue",
    PartitionsFailed = "partitions not read" | "partitions non lues",
    RemovedMeanwhile = "retention removed some meanwhile" | "la rétention en a supprimé entre-temps",
    RetentionBefore = "retention has nothing before" | "la rétention n'a rien avant le",
    RetentionIn = "retention has nothing so old in" | "la rétention n'a rien d'aussi ancien dans",
    UpTo = "up to" | "jusqu'à",
    ByTodaysPartitions = "by the key, as topics are parted now" | "selon la clé et les partitions d'aujourd'hui",
    EscStops = "stops" | "arrête",
    DownGoesOn = "goes on" | "continue",
    SelectToRead = "Select a record to read it here." | "Choisissez un message pour le lire ici.",
    EnterShowsAll = "Enter shows all" | "Entrée montre tout",
    NoSuchPlace = "no place: 14:02, -2h, 2026-11-26 10:00, 3@1500, last 500" | "lieu inconnu : 14:02, -2h, 26/11/2026 10:00, 3@1500, 500 derniers",
    NoPartitionNumber = "no partition" | "pas de partition",
    PartitionZeroOnly = "this topic has partition 0 only" | "ce topic n'a que la partition 0",
    PartitionsUpTo = "this topic has 0 to" | "ce topic a les partitions 0 à",
    GotoHint = "14:02  -2h  2026-11-26 10:00  3@1500  last 500  live" | "14:02  -2h  26/11/2026 10:00  3@1500  500 derniers  direct",
    NoKeyHere = "this row has no key" | "cette ligne n'a pas de clé",
    WriteHint = "a new file; Enter writes" | "un nouveau fichier ; Entrée écrit",
    NothingToWrite = "nothing to write" | "rien à écrire",
    Wrote = "rows written to" | "lignes écrites dans",
    FileThere = "is there already: choose another name" | "existe déjà : choisissez un autre nom",
    CannotWrite = "cannot write" | "impossible d'écrire",
    AskFollow = "What happened to this key, on every topic?" | "Qu'est-il arrivé à cette clé, sur chaque topic ?",
    AskPreview = "What does the selected record say?" | "Que dit le message choisi ?",
    CtxKeyed = "rows with a key" | "lignes avec une clé",
    CtxRecords = "a topic's records" | "messages d'un topic",
    KeyFollow = "follow" | "suivre",
    KeyGoto = "go to" | "aller à",
    KeyWrite = "write to a file" | "écrire dans un fichier",
    // Contexts of keys.
    CtxAlways = "always" | "toujours",
    CtxNormal = "on every screen" | "sur tous les écrans",
    CtxList = "lists" | "listes",
    CtxMap = "screens with a map" | "écrans avec carte",
    CtxPan = "map" | "carte",
    CtxChart = "charts" | "courbes",
    CtxFilter = "filter" | "filtre",
    CtxPalette = "palette" | "palette",
    CtxPopup = "popups" | "fenêtres",
    CtxOnTopic = "on a topic" | "sur un topic",
    CtxOnGroup = "on a group" | "sur un groupe",
    CtxOnRecord = "on a record" | "sur un message",
    CtxOnOrder = "on an order" | "sur une commande",
    // Kinds in the palette.
    KindAction = "action" | "action",
    KindScreen = "screen" | "écran",
    KindSpan = "span" | "durée",
    NotSearched = "not searched" | "non cherchés",
    KindCommand = "command" | "votre commande",
    // Commands of one's own.
    CommandNeeds = "what is selected has no" | "ce qui est sélectionné n'a pas de",
    CommandElsewhere = "nothing is selected of the kind it is for" | "rien n'est sélectionné de ce genre",
    CommandOption = "begins with - and could be taken for an option; put \"--\" before it in commands.toml"
        | "commence par - et passerait pour une option\u{202f}; mettez \"--\" avant, dans commands.toml",
    CommandHidden = "is personal and hidden: no command gets it" | "est une donnée personnelle masquée\u{202f}: aucune commande ne la reçoit",
    CommandNul = "holds a NUL byte, which no argument can" | "contient un octet NUL, impossible dans un argument",
    PressEnter = "press Enter to come back" | "Entrée pour revenir",
    ExitCode = "exit code" | "code de sortie",
    EndedBySignal = "ended by signal" | "terminé par le signal",
    NotStarted = "could not be started" | "n'a pas pu démarrer",
    NotFollowed = "ran and was ended, for it could not be followed" | "tournait, et a été terminé, faute de pouvoir être suivi",
    NotTakenBack = "has ended, and the terminal could not be taken back from it" | "a terminé, et le terminal n'a pas pu lui être repris",
    // Ctrl-Z.
    NobodyContinues = "not suspended: no shell is there that could continue vigie"
        | "pas suspendu\u{202f}: aucun shell ne pourrait reprendre vigie",
    // Names of keys.
    NameTab = "Tab" | "Tab",
    NameDelete = "Del" | "Suppr",
    NameInsert = "Ins" | "Inser",
    NameUp = "↑" | "↑",
    NameDown = "↓" | "↓",
    NameLeft = "←" | "←",
    NameRight = "→" | "→",
    NameEnter = "Enter" | "Entrée",
    NameEsc = "Esc" | "Échap",
    NameSpace = "Space" | "Espace",
    NameShiftTab = "S-Tab" | "Maj-Tab",
    NameBackspace = "Bksp" | "Retour",
    NamePageUp = "PgUp" | "PgPréc",
    NamePageDown = "PgDn" | "PgSuiv",
    NameHome = "Home" | "Début",
    NameEnd = "End" | "Fin",
    // What keys do.
    KeyQuit = "quit" | "quitter",
    KeySuspend = "suspend" | "suspendre",
    KeyRedraw = "redraw" | "redessiner",
    KeyBack = "back" | "retour",
    KeyOverview = "overview" | "vue d'ensemble",
    KeyTopic = "topic" | "topic",
    KeyGroups = "groups" | "groupes",
    KeyOrders = "orders" | "commandes",
    KeyDeliveries = "deliveries" | "livraisons",
    KeyPayments = "payments" | "paiements",
    KeyStock = "stock" | "stock",
    KeyCustomers = "customers" | "clients",
    KeyChannels = "messages" | "envois",
    KeyCompare = "compare two topics" | "comparer deux topics",
    KeyLog = "vigie's own log" | "journal de vigie",
    KeyCluster = "cluster" | "cluster",
    KeyOpen = "open" | "ouvrir",
    KeyFilter = "filter" | "filtre",
    KeyPalette = "palette" | "palette",
    KeyTimeBack = "step back in time" | "un pas en arrière",
    KeyTimeForward = "step forth in time" | "un pas en avant",
    KeyMinuteBack = "a minute back" | "une minute en arrière",
    KeyMinuteForward = "a minute forth" | "une minute en avant",
    KeySort = "sort" | "tri",
    KeyReverse = "reverse the sort order" | "inverser l'ordre du tri",
    KeyFreeze = "freeze" | "figer",
    KeyGoLive = "go live" | "direct",
    KeyNextPanel = "next panel" | "panneau suivant",
    KeyPrevPanel = "previous panel" | "panneau précédent",
    KeyZoom = "zoom" | "zoom",
    KeySpanLonger = "longer span" | "durée plus longue",
    KeyNearer = "zoom in" | "zoom avant",
    KeyFurther = "zoom out" | "zoom arrière",
    KeyFit = "frame all" | "tout cadrer",
    KeyFollowCourier = "follow the courier" | "suivre le livreur",
    KeyItsOrder = "its order" | "sa commande",
    KeyItsDelivery = "its delivery, on the map" | "sa livraison, sur la carte",
    KeyMapLeft = "map to the left" | "carte vers la gauche",
    KeyMapRight = "map to the right" | "carte vers la droite",
    KeyMapUp = "map up" | "carte vers le haut",
    KeyMapDown = "map down" | "carte vers le bas",
    KeySpanShorter = "shorter span" | "durée plus courte",
    KeyHelp = "help" | "aide",
    KeyCopy = "copy" | "copier",
    KeyTheme = "next theme" | "thème suivant",
    KeyPrivacy = "hide what is personal" | "masquer le personnel",
    KeySave = "save the screen" | "enregistrer l'écran",
    KeyLanguage = "English or French" | "français ou anglais",
    Private = "PRIVATE" | "PRIVÉ",
    PrivacyOn = "What is personal is hidden" | "Les données personnelles sont masquées",
    PrivacyOff = "What is personal is shown" | "Les données personnelles sont visibles",
    KeyHidden = "This key is personal and hidden: it cannot be followed" | "Cette clé est personnelle et masquée\u{202f}: impossible de la suivre",
    PrivacyForced = "The profile hides what is personal: it stays hidden" | "Le profil masque les données personnelles\u{202f}: rien ne les montre",
    SavedAs = "saved" | "enregistré",
    NotSaved = "not saved" | "pas enregistré",
    SaveElsewhere = "choose another folder with --save-dir" | "choisissez un autre dossier avec --save-dir",
    LanguageName = "English" | "Français",
    KeyUtc = "local time or UTC" | "heure locale ou UTC",
    KeyDown = "down" | "descendre",
    KeyUp = "up" | "monter",
    KeyHalfDown = "half a page down" | "demi-page vers le bas",
    KeyHalfUp = "half a page up" | "demi-page vers le haut",
    KeyPageDown = "page down" | "page suivante",
    KeyPageUp = "page up" | "page précédente",
    KeyTop = "top" | "début",
    KeyBottom = "bottom" | "fin",
    KeyNextProblem = "next that is not well" | "problème suivant",
    KeyPrevProblem = "previous that is not well" | "problème précédent",
    KeyAccept = "accept" | "valider",
    KeyOlder = "earlier filter" | "filtre précédent",
    KeyNewer = "later filter" | "filtre suivant",
    // Clusters.
    Cluster = "cluster" | "cluster",
    Production = "PRODUCTION" | "PRODUCTION",
    AlreadyOn = "already on" | "déjà sur",
    SwitchingTo = "switching to" | "passage à",
    NotSwitchedTo = "not switched to" | "pas de passage à",
    StillSwitching = "still switching: once more in a moment" | "passage en cours\u{202f}: réessayez dans un instant",
    ConnectingTo = "connecting to" | "connexion à",
    GoesBackTo = "goes back to" | "revient à",
    Notice = "notice" | "avis",
    // Orders.
    LookedThrough = "in" | "parmi",
    OnlyIn = "only in the" | "seulement parmi les",
    OfThatMoment = "of that moment" | "de ce moment",
    NotAmongDeliveries = "is not among the deliveries that are shown" | "n'est pas parmi les livraisons affichées",
    FilterLifted = "the filter is lifted" | "le filtre est levé",
    Attempt = "attempt" | "essai",
    Message = "message" | "envoi",
    // A layout of one's own.
    Columns = "columns" | "colonnes",
    Panels = "panels" | "panneaux",
    Pinned = "pinned" | "épinglé",
    LetGo = "not pinned any more" | "plus épinglé",
    LayoutSaved = "layout saved in" | "disposition enregistrée dans",
    LayoutNotSaved = "the layout cannot be written to" | "la disposition ne peut être écrite dans",
    CtxChooser = "where one chooses what stands" | "où l'on choisit l'affichage",
    KeyColumns = "choose columns" | "choisir les colonnes",
    KeyPanels = "choose panels of Overview" | "choisir les panneaux d'Ensemble",
    KeyPin = "pin the topic" | "épingler le topic",
    KeySaveLayout = "save layout" | "enregistrer la disposition",
    KeyToggle = "in or out" | "mettre ou ôter",
    KeyEarlier = "before" | "avant",
    KeyLater = "after" | "après",
    KeyShipped = "as shipped" | "comme livré",
    // Alerts: the screen, what a person does with one, where they are sent.
    ScreenAlerts = "Alerts" | "Alertes",
    AskAlertTable = "What fires, who looks after it, and what is worth looking at first?" | "Qu'est-ce qui se déclenche, qui s'en occupe, et que regarder d'abord\u{202f}?",
    AskPastAlerts = "What fired before, how long did it last, and does it come again and again?" | "Qu'est-ce qui s'est déclenché avant, combien de temps, et est-ce que cela revient\u{202f}?",
    AskOutlets = "Do alerts reach those who are not at this screen?" | "Les alertes arrivent-elles à ceux qui ne sont pas devant cet écran\u{202f}?",
    PastAlerts = "past" | "passées",
    Outlets = "outlets" | "sorties",
    NoPastAlerts = "Nothing fired and ended since vigie started" | "Rien ne s'est déclenché puis terminé depuis le départ de vigie",
    NoOutlets = "Nothing is sent from here: name [[outlets]] in the configuration and start with --send-alerts" | "Rien n'est envoyé d'ici\u{202f}: nommer des [[outlets]] dans la configuration et démarrer avec --send-alerts",
    Quiet = "quiet" | "muettes",
    Acknowledged = "acknowledged" | "prise en charge",
    AtCount = "at" | "à",
    Silenced = "silenced" | "en sourdine",
    Following = "following from others" | "par conséquence",
    FollowsFrom = "follows from" | "suite de",
    SilentUntil = "silent until" | "muette jusqu'à",
    SilentUntilOver = "silent until over" | "muette jusqu'à la fin",
    SpeaksAgain = "speaks again" | "parle à nouveau",
    Silence15Min = "silent for 15 min" | "muette pendant 15 min",
    Silence1H = "silent for 1 h" | "muette pendant 1 h",
    Silence8H = "silent for 8 h" | "muette pendant 8 h",
    SilenceUntilOver = "silent until it is over" | "muette jusqu'à sa fin",
    SilenceEnd = "let it speak" | "la laisser parler",
    SilenceTitle = "keep quiet" | "faire taire",
    Rule = "rule" | "règle",
    ColSeverity = "severity" | "gravité",
    ColSaid = "what is the case" | "ce qui se passe",
    ColQuiet = "quiet" | "muette",
    ColEnded = "ended" | "fin",
    ColLasted = "lasted" | "durée",
    ColFailed = "failed" | "échecs",
    ColDropped = "dropped" | "perdus",
    ColWaiting = "waiting" | "attente",
    ColLastError = "last error" | "dernière erreur",
    CtxAlerts = "alerts" | "alertes",
    CtxMenu = "menus" | "menus",
    KeyAlerts = "alerts" | "alertes",
    KeyAcknowledge = "acknowledge" | "prendre en charge",
    KeySilence = "silence" | "faire taire",
    KeyExplain = "what to do" | "que faire",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;
    use std::collections::HashSet;
    use std::path::Path;

    /// What a word may hold beside ASCII; more would need a sign of its own in `ui/ascii.rs`.
    const LETTERS: &str = "àâçéèêëîïôùûÀÉÊ–↑↓←→\u{202f}";

    #[test]
    fn every_word_is_there_in_both_languages() {
        for id in Word::ALL {
            let (english, french) = (id.of(Language::English), id.of(Language::French));
            assert_eq!(english.is_empty(), french.is_empty(), "{id:?}");
            for text in [english, french] {
                assert_eq!(text, text.trim(), "{id:?}");
                let odd = text.chars().find(|c| !c.is_ascii() && !LETTERS.contains(*c));
                assert_eq!(odd, None, "{id:?}: {text}");
            }
        }
    }

    #[test]
    fn one_is_not_many() {
        use super::super::speaking;
        let told =
            |language| speaking(language, || [0, 1, 2, 1_204].map(|n| counted(n, Word::PartitionFailed, Word::PartitionsFailed)));
        let english = ["0 partitions not read", "1 partition not read", "2 partitions not read", "1 204 partitions not read"];
        assert_eq!(told(Language::English), english);
        let french = ["0 partition non lue", "1 partition non lue", "2 partitions non lues", "1 204 partitions non lues"];
        assert_eq!(told(Language::French), french);
    }

    #[test]
    fn no_word_is_left_that_nobody_says() {
        let said = names_in_sources("Word::", &["src/text/words.rs"]);
        let unused: Vec<_> = Word::ALL.iter().filter(|id| !said.contains(&format!("{id:?}"))).collect();
        assert!(unused.is_empty(), "take these out of the table: {unused:?}");
    }

    #[test]
    fn no_code_is_left_that_nothing_raises() {
        let raised = names_in_sources("Code::", &["src/text/", "src/model/reason.rs", "src/ui/fixture"]);
        let unused: Vec<_> = Code::ALL.iter().filter(|code| !raised.contains(&format!("{code:?}"))).collect();
        assert!(unused.is_empty(), "nothing says these: {unused:?}");
    }

    /// What stands behind `mark` in the sources, but for those whose path begins like one of `but`.
    fn names_in_sources(mark: &str, but: &[&str]) -> HashSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut folders = vec![root.join("src")];
        let mut names = HashSet::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("the sources").flatten() {
                let path = entry.path();
                let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if name.ends_with(".rs") && !but.iter().any(|but| name.starts_with(but)) {
                    let text = std::fs::read_to_string(&path).expect("a source");
                    let word = |at: usize| text[at..].chars().take_while(|c| c.is_alphanumeric()).collect::<String>();
                    names.extend(text.match_indices(mark).map(|(at, _)| word(at + mark.len())));
                    // A table's macro puts the mark before its cells.
                    if text.contains(&format!("{mark}$")) {
                        names.extend(text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
                    }
                }
            }
        }
        names
    }

    #[test]
    fn a_sign_of_two_parts_never_begins_a_line_in_french() {
        for id in Word::ALL {
            let french = id.of(Language::French);
            for (at, _) in french.match_indices([':', ';', '?', '!']) {
                let before = french[..at].chars().next_back();
                let alone = french[at..].chars().nth(1).is_none_or(|c| c == ' ');
                // `!inverse` is typed, `key:k` too, and `:` alone is a key.
                assert!(!alone || before == Some('\u{202f}') || french[..at].ends_with("ou "), "{id:?}: {french}");
            }
        }
    }
}

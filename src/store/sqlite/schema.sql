-- The state of vigie, version 1. Times are milliseconds since 1970, amounts are exact decimals as text.

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- Names this state to those that keep copies of it.
INSERT INTO meta VALUES ('id', lower(hex(randomblob(8))));

-- The number of the last batch: of two rows of one entity the newer has the greater version.
CREATE TABLE versions (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL);
INSERT INTO versions VALUES (1, 0);

-- How far each partition was applied, and by whom.
CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    -- Of the topic that was read; NULL where the brokers did not tell it.
    topic_id TEXT,
    -- The first record that was applied; what lies before it was passed over, or gone.
    first_offset INTEGER,
    next_offset INTEGER,
    epoch INTEGER NOT NULL DEFAULT 0,
    owner TEXT NOT NULL DEFAULT '',
    UNIQUE (topic, partition)
);

-- Entities that walk a pipeline.
CREATE TABLE walkers (
    pipeline TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT,
    since_ms INTEGER,
    ended INTEGER NOT NULL,
    gap INTEGER NOT NULL,
    conflict INTEGER NOT NULL,
    customer TEXT,
    shop TEXT,
    amount TEXT,
    currency TEXT,
    district TEXT,
    last_at_ms INTEGER,
    last_topic TEXT,
    last_partition INTEGER,
    last_offset INTEGER,
    memory BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (pipeline, id)
) WITHOUT ROWID;
CREATE INDEX walkers_by_state ON walkers (pipeline, ended, since_ms);
CREATE INDEX walkers_by_customer ON walkers (customer) WHERE customer IS NOT NULL;

-- What walks a pipeline of its own inside an entity: payments of an order, its delivery.
CREATE TABLE parts (
    pipeline TEXT NOT NULL,
    id TEXT NOT NULL,
    owner_pipeline TEXT NOT NULL,
    owner TEXT NOT NULL,
    state TEXT,
    since_ms INTEGER,
    ended INTEGER NOT NULL,
    amount TEXT,
    currency TEXT,
    method TEXT,
    country TEXT,
    customer TEXT,
    courier TEXT,
    reason TEXT,
    lat REAL,
    lon REAL,
    position_at_ms INTEGER,
    to_lat REAL,
    to_lon REAL,
    eta_at_ms INTEGER,
    remaining_m REAL,
    version INTEGER NOT NULL,
    PRIMARY KEY (pipeline, id)
) WITHOUT ROWID;
CREATE INDEX parts_by_owner ON parts (owner_pipeline, owner);
CREATE INDEX parts_by_state ON parts (pipeline, ended, since_ms);

-- Articles, couriers, customers and channels.
CREATE TABLE profiles (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT,
    shop TEXT,
    level INTEGER,
    threshold INTEGER,
    lat REAL,
    lon REAL,
    position_at_ms INTEGER,
    about TEXT,
    counts TEXT NOT NULL,
    first_at_ms INTEGER,
    last_at_ms INTEGER,
    memory BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

-- Whose a part is: every entity that names it, with its earliest event. The memory decides; it is for the fold alone.
CREATE TABLE claims (pipeline TEXT NOT NULL, id TEXT NOT NULL, memory BLOB NOT NULL, PRIMARY KEY (pipeline, id)) WITHOUT ROWID;

-- Every record that was applied, with what it said.
CREATE TABLE audit (
    place INTEGER NOT NULL REFERENCES partitions (id),
    offset INTEGER NOT NULL,
    at_ms INTEGER,
    recorded_at_ms INTEGER,
    kind TEXT,
    subject TEXT,
    about TEXT,
    part_pipeline TEXT,
    part TEXT,
    currency TEXT,
    effect TEXT NOT NULL,
    outcome TEXT NOT NULL,
    rejected TEXT,
    says TEXT NOT NULL,
    applied_at_ms INTEGER NOT NULL,
    -- The record itself, where it may turn out to be a dead letter.
    original BLOB,
    PRIMARY KEY (place, offset)
) WITHOUT ROWID;
CREATE INDEX audit_by_subject ON audit (subject, kind) WHERE subject IS NOT NULL;
CREATE INDEX audit_by_about ON audit (about) WHERE about IS NOT NULL;

CREATE TABLE dead_letters (
    -- The order in which they are sent.
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    place INTEGER NOT NULL REFERENCES partitions (id),
    offset INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    recorded_at_ms INTEGER,
    rejected_at_ms INTEGER NOT NULL,
    original BLOB NOT NULL,
    -- The relay's transaction that it went into. With a batch and not sent: on its way.
    batch INTEGER,
    sent_at_ms INTEGER,
    -- It turned out right after it was on its way.
    withdrawn_at_ms INTEGER,
    -- Somebody had it produced again; without a place: nobody knows what became of it.
    retried_at_ms INTEGER,
    retried_partition INTEGER,
    retried_offset INTEGER,
    UNIQUE (place, offset)
);
CREATE INDEX dead_letters_to_send ON dead_letters (seq) WHERE sent_at_ms IS NULL;

-- Who sends the dead letters, until when it is believed to live, and how many transactions were begun.
CREATE TABLE relay (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- Names the relay to the brokers, whoever it is at the moment.
    name TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    owner TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    batch INTEGER NOT NULL
);

-- What the consumers last said of themselves, as JSON.
CREATE TABLE consumers (instance TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, figures TEXT NOT NULL) WITHOUT ROWID;

-- For people.
CREATE VIEW orders AS
    SELECT id, state, since_ms, ended, gap, conflict, customer, shop, amount, currency, district, last_at_ms, last_topic,
        last_partition, last_offset
    FROM walkers WHERE pipeline = 'order';
CREATE VIEW payments AS
    SELECT id, owner AS "order", state, since_ms, ended, amount, currency, method, country, customer, reason
    FROM parts WHERE pipeline = 'payment';
CREATE VIEW deliveries AS
    SELECT id, owner AS "order", courier, state, since_ms, ended, lat, lon, position_at_ms, to_lat, to_lon, eta_at_ms, remaining_m, reason
    FROM parts WHERE pipeline = 'delivery';
CREATE VIEW stock AS
    SELECT id AS sku, title, shop, level, threshold, last_at_ms FROM profiles WHERE kind = 'article';
CREATE VIEW couriers AS
    SELECT id, lat, lon, position_at_ms, about AS "order" FROM profiles WHERE kind = 'courier';
CREATE VIEW customers AS
    SELECT id, counts, first_at_ms, last_at_ms FROM profiles WHERE kind = 'customer';
CREATE VIEW audit_trail AS
    SELECT topic, partition, offset, at_ms, recorded_at_ms, kind, subject, about, part_pipeline, part, effect, outcome, rejected, says
    FROM audit JOIN partitions ON partitions.id = audit.place;

-- The state of vigie, version 1. `vigie` stands for the schema that the address names.
-- Times are milliseconds since 1970 (the views have timestamps as well), amounts are exact.
-- Keys sort by their bytes: quicker, and the same after an upgrade of the system's locales.

CREATE TABLE vigie.meta (name text PRIMARY KEY, value text NOT NULL);
-- Names this state to those that keep copies of it.
INSERT INTO vigie.meta VALUES ('id', gen_random_uuid()::text);

-- The number of a batch: of two rows of one entity the newer has the greater version.
CREATE SEQUENCE vigie.versions;

-- How far each partition was applied, and by whom.
CREATE TABLE vigie.partitions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    -- Of the topic that was read; NULL where the brokers did not tell it.
    topic_id text,
    -- The first record that was applied; what lies before it was passed over, or gone.
    first_offset bigint,
    next_offset bigint,
    epoch bigint NOT NULL DEFAULT 0,
    owner text NOT NULL DEFAULT '',
    UNIQUE (topic, partition)
);

-- Entities that walk a pipeline.
CREATE TABLE vigie.walkers (
    pipeline text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    state text,
    since_ms bigint,
    ended boolean NOT NULL DEFAULT false,
    gap boolean NOT NULL DEFAULT false,
    conflict boolean NOT NULL DEFAULT false,
    customer text COLLATE "C",
    shop text,
    amount numeric,
    currency text,
    district text,
    last_at_ms bigint,
    last_topic text,
    last_partition integer,
    last_offset bigint,
    -- Empty in a row that a running transaction holds the place of.
    memory bytea NOT NULL DEFAULT '',
    version bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (pipeline, id)
);
CREATE INDEX walkers_by_state ON vigie.walkers (pipeline, ended, since_ms DESC NULLS LAST);
CREATE INDEX walkers_by_customer ON vigie.walkers (customer) WHERE customer IS NOT NULL;

-- What walks a pipeline of its own inside an entity: payments of an order, its delivery.
CREATE TABLE vigie.parts (
    pipeline text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    owner_pipeline text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    state text,
    since_ms bigint,
    ended boolean NOT NULL,
    amount numeric,
    currency text,
    method text,
    country text,
    customer text,
    courier text,
    reason text,
    lat double precision,
    lon double precision,
    position_at_ms bigint,
    to_lat double precision,
    to_lon double precision,
    eta_at_ms bigint,
    remaining_m double precision,
    version bigint NOT NULL,
    PRIMARY KEY (pipeline, id)
);
CREATE INDEX parts_by_owner ON vigie.parts (owner_pipeline, owner);
CREATE INDEX parts_by_state ON vigie.parts (pipeline, ended, since_ms DESC NULLS LAST);

-- Articles, couriers, customers and channels.
CREATE TABLE vigie.profiles (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    title text,
    shop text,
    level bigint,
    threshold bigint,
    lat double precision,
    lon double precision,
    position_at_ms bigint,
    about text,
    counts json NOT NULL DEFAULT '{}',
    first_at_ms bigint,
    last_at_ms bigint,
    memory bytea NOT NULL DEFAULT '',
    version bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
);

-- Whose a part is: every entity that names it, with its earliest event. The memory decides; it is for the fold alone.
CREATE TABLE vigie.claims (
    pipeline text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    memory bytea NOT NULL DEFAULT '',
    PRIMARY KEY (pipeline, id)
);

-- Every record that was applied, with what it said. No foreign key: the fence holds the partition's row already.
CREATE TABLE vigie.audit (
    place bigint NOT NULL,
    "offset" bigint NOT NULL,
    at_ms bigint,
    recorded_at_ms bigint,
    kind text COLLATE "C",
    subject text COLLATE "C",
    about text COLLATE "C",
    part_pipeline text COLLATE "C",
    part text COLLATE "C",
    currency text,
    effect text NOT NULL,
    outcome text NOT NULL,
    rejected text,
    -- json, not jsonb: it keeps the text as it is, and takes \u0000.
    says json NOT NULL,
    applied_at_ms bigint NOT NULL,
    -- The record itself, where it may turn out to be a dead letter.
    original bytea,
    PRIMARY KEY (place, "offset")
);
CREATE INDEX audit_by_subject ON vigie.audit (subject, kind) WHERE subject IS NOT NULL;
CREATE INDEX audit_by_about ON vigie.audit (about) WHERE about IS NOT NULL;

CREATE TABLE vigie.dead_letters (
    -- The order of sending. Numbers may be committed out of their order, so nobody may look only behind the last one sent.
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place bigint NOT NULL,
    "offset" bigint NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    recorded_at_ms bigint,
    rejected_at_ms bigint NOT NULL,
    original bytea NOT NULL,
    -- The relay's transaction that it went into. With a batch and not sent: on its way.
    batch bigint,
    sent_at_ms bigint,
    -- It turned out right after it was on its way.
    withdrawn_at_ms bigint,
    -- Somebody had it produced again; without a place: nobody knows what became of it.
    retried_at_ms bigint,
    retried_partition integer,
    retried_offset bigint,
    UNIQUE (place, "offset")
);
CREATE INDEX dead_letters_to_send ON vigie.dead_letters (seq) WHERE sent_at_ms IS NULL;

-- Who sends the dead letters, until when (by this server's clock) it is believed to live, and how many transactions were begun.
CREATE TABLE vigie.relay (
    one integer PRIMARY KEY CHECK (one = 1),
    -- Names the relay to the brokers, whoever it is at the moment.
    name text NOT NULL,
    epoch bigint NOT NULL,
    owner text NOT NULL,
    until_ms bigint NOT NULL,
    batch bigint NOT NULL
);

-- What the consumers last said of themselves, as JSON.
CREATE TABLE vigie.consumers (instance text PRIMARY KEY, at_ms bigint NOT NULL, figures json NOT NULL);

-- A time for people; those that no calendar has are NULL, for an event may say anything.
CREATE FUNCTION vigie.at(ms bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN ms BETWEEN -62135596800000 AND 253402300799999 THEN to_timestamp(ms / 1000.0) END $$;

-- For people.
CREATE VIEW vigie.orders AS
    SELECT id, state, vigie.at(since_ms) AS since, ended, gap, conflict, customer, shop, amount, currency, district,
        vigie.at(last_at_ms) AS last_at, since_ms, last_at_ms, last_topic, last_partition, last_offset
    FROM vigie.walkers WHERE pipeline = 'order';
CREATE VIEW vigie.payments AS
    SELECT id, owner AS "order", state, vigie.at(since_ms) AS since, ended, amount, currency, method, country, customer, reason,
        since_ms
    FROM vigie.parts WHERE pipeline = 'payment';
CREATE VIEW vigie.deliveries AS
    SELECT id, owner AS "order", courier, state, vigie.at(since_ms) AS since, ended, lat, lon,
        vigie.at(position_at_ms) AS position_at, to_lat, to_lon, vigie.at(eta_at_ms) AS eta_at, remaining_m, reason, since_ms,
        position_at_ms, eta_at_ms
    FROM vigie.parts WHERE pipeline = 'delivery';
CREATE VIEW vigie.stock AS
    SELECT id AS sku, title, shop, level, threshold, vigie.at(last_at_ms) AS last_at, last_at_ms
    FROM vigie.profiles WHERE kind = 'article';
CREATE VIEW vigie.couriers AS
    SELECT id, lat, lon, vigie.at(position_at_ms) AS position_at, about AS "order", position_at_ms
    FROM vigie.profiles WHERE kind = 'courier';
CREATE VIEW vigie.customers AS
    SELECT id, counts, vigie.at(first_at_ms) AS first_at, vigie.at(last_at_ms) AS last_at, first_at_ms, last_at_ms
    FROM vigie.profiles WHERE kind = 'customer';
CREATE VIEW vigie.audit_trail AS
    SELECT topic, partition, "offset", vigie.at(at_ms) AS at, kind, subject, about, part_pipeline, part, effect, outcome, rejected,
        says, at_ms, recorded_at_ms
    FROM vigie.audit JOIN vigie.partitions ON partitions.id = audit.place;

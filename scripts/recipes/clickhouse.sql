-- Tables for years of records, in ClickHouse. Lines go into txsurvey.line as they are (format JSONAsString), which keeps
-- nothing itself; each becomes a row of `run`, `peer`, `answer`, `seed` or `summary`. A file may be read in twice: rows
-- with the same key replace each other (SELECT ... FINAL counts each once). Unknown is NULL, as in the records.

CREATE DATABASE IF NOT EXISTS txsurvey;

CREATE TABLE txsurvey.line (json String) ENGINE = Null;

CREATE TABLE txsurvey.run (
    survey UUID,
    schema UInt16,
    tool LowCardinality(String),
    chain LowCardinality(String),
    txids Array(FixedString(64)),
    id_type LowCardinality(String),
    started DateTime64(3, 'UTC'),
    shard String,
    options String
) ENGINE = ReplacingMergeTree ORDER BY (survey, started);

CREATE TABLE txsurvey.peer (
    survey UUID,
    address String,
    port UInt16,
    network LowCardinality(String),
    source LowCardinality(String),
    started DateTime64(3, 'UTC'),
    duration_ms UInt32,
    attempts UInt16,
    outcome LowCardinality(String),
    stage LowCardinality(String),
    error LowCardinality(Nullable(String)),
    suspect Bool,
    connect_ms Nullable(UInt32),
    handshake_ms Nullable(UInt32),
    version Nullable(Int32),
    subver LowCardinality(Nullable(String)),
    client LowCardinality(Nullable(String)),
    client_version LowCardinality(Nullable(String)),
    services Nullable(FixedString(16)),
    servicesnames Array(LowCardinality(String)),
    fork LowCardinality(Nullable(String)),
    anchors Map(String, Nullable(String)),
    startingheight Nullable(Int32),
    relaytxes Nullable(Bool),
    timeoffset Nullable(Int64),
    features Array(LowCardinality(String)),
    feefilter_sat_kvb Nullable(Int64),
    bytessent UInt64,
    bytesrecv UInt64,
    control_passed Nullable(Bool)
) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(started) ORDER BY (survey, address, port);

CREATE TABLE txsurvey.answer (
    survey UUID,
    address String,
    port UInt16,
    started DateTime64(3, 'UTC'),
    txid FixedString(64),
    label LowCardinality(Nullable(String)),
    status LowCardinality(String),
    via LowCardinality(Nullable(String)),
    answered Nullable(DateTime64(3, 'UTC')),
    response_ms Nullable(UInt32),
    bytes Nullable(UInt32),
    requests UInt16,
    announced Bool,
    wtxid Nullable(FixedString(64)),
    strength LowCardinality(Nullable(String)),
    hint LowCardinality(Nullable(String))
) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(started) ORDER BY (txid, survey, address, port);

CREATE TABLE txsurvey.seed (
    survey UUID,
    host LowCardinality(String),
    outcome LowCardinality(String),
    addresses UInt32,
    error Nullable(String),
    duration_ms UInt32
) ENGINE = ReplacingMergeTree ORDER BY (survey, host);

CREATE TABLE txsurvey.summary (
    survey UUID,
    finished DateTime64(3, 'UTC'),
    duration_ms UInt64,
    complete Bool,
    reason LowCardinality(String),
    vantage_suspect Bool,
    not_attempted UInt64,
    known UInt64
) ENGINE = ReplacingMergeTree ORDER BY (survey, finished);

CREATE MATERIALIZED VIEW txsurvey.to_run TO txsurvey.run AS
SELECT toUUID(JSONExtractString(json, 'survey')) AS survey,
       JSONExtract(json, 'schema', 'UInt16') AS schema,
       JSONExtractString(json, 'tool') AS tool,
       JSONExtractString(json, 'chain') AS chain,
       JSONExtract(json, 'txids', 'Array(String)') AS txids,
       JSONExtractString(json, 'id_type') AS id_type,
       parseDateTime64BestEffort(JSONExtractString(json, 'started'), 3, 'UTC') AS started,
       JSONExtractString(json, 'shard') AS shard,
       JSONExtractRaw(json, 'options') AS options
FROM txsurvey.line WHERE JSONExtractString(json, 'type') = 'survey';

CREATE MATERIALIZED VIEW txsurvey.to_peer TO txsurvey.peer AS
SELECT toUUID(JSONExtractString(json, 'survey')) AS survey,
       JSONExtractString(json, 'address') AS address,
       JSONExtract(json, 'port', 'UInt16') AS port,
       JSONExtractString(json, 'network') AS network,
       JSONExtractString(json, 'source') AS source,
       parseDateTime64BestEffort(JSONExtractString(json, 'started'), 3, 'UTC') AS started,
       JSONExtract(json, 'duration_ms', 'UInt32') AS duration_ms,
       JSONExtract(json, 'attempts', 'UInt16') AS attempts,
       JSONExtractString(json, 'outcome') AS outcome,
       JSONExtractString(json, 'stage') AS stage,
       JSONExtract(json, 'error', 'Nullable(String)') AS error,
       JSONExtract(json, 'suspect', 'Bool') AS suspect,
       JSONExtract(json, 'connect_ms', 'Nullable(UInt32)') AS connect_ms,
       JSONExtract(json, 'handshake_ms', 'Nullable(UInt32)') AS handshake_ms,
       JSONExtract(json, 'version', 'Nullable(Int32)') AS version,
       JSONExtract(json, 'subver', 'Nullable(String)') AS subver,
       JSONExtract(json, 'client', 'Nullable(String)') AS client,
       JSONExtract(json, 'client_version', 'Nullable(String)') AS client_version,
       JSONExtract(json, 'services', 'Nullable(String)') AS services,
       JSONExtract(json, 'servicesnames', 'Array(String)') AS servicesnames,
       JSONExtract(json, 'fork', 'Nullable(String)') AS fork,
       JSONExtract(json, 'anchors', 'Map(String, Nullable(String))') AS anchors,
       JSONExtract(json, 'startingheight', 'Nullable(Int32)') AS startingheight,
       JSONExtract(json, 'relaytxes', 'Nullable(Bool)') AS relaytxes,
       JSONExtract(json, 'timeoffset', 'Nullable(Int64)') AS timeoffset,
       JSONExtract(json, 'features', 'Array(String)') AS features,
       JSONExtract(json, 'feefilter_sat_kvb', 'Nullable(Int64)') AS feefilter_sat_kvb,
       JSONExtract(json, 'bytessent', 'UInt64') AS bytessent,
       JSONExtract(json, 'bytesrecv', 'UInt64') AS bytesrecv,
       JSONExtract(json, 'control', 'passed', 'Nullable(Bool)') AS control_passed
FROM txsurvey.line WHERE JSONExtractString(json, 'type') = 'peer';

CREATE MATERIALIZED VIEW txsurvey.to_answer TO txsurvey.answer AS
SELECT toUUID(JSONExtractString(json, 'survey')) AS survey,
       JSONExtractString(json, 'address') AS address,
       JSONExtract(json, 'port', 'UInt16') AS port,
       parseDateTime64BestEffort(JSONExtractString(json, 'started'), 3, 'UTC') AS started,
       JSONExtractString(given, 'txid') AS txid,
       JSONExtract(given, 'label', 'Nullable(String)') AS label,
       JSONExtractString(given, 'status') AS status,
       JSONExtract(given, 'via', 'Nullable(String)') AS via,
       parseDateTime64BestEffortOrNull(JSONExtractString(given, 'answered'), 3, 'UTC') AS answered,
       JSONExtract(given, 'response_ms', 'Nullable(UInt32)') AS response_ms,
       JSONExtract(given, 'bytes', 'Nullable(UInt32)') AS bytes,
       JSONExtract(given, 'requests', 'UInt16') AS requests,
       JSONExtract(given, 'announced', 'Bool') AS announced,
       JSONExtract(given, 'wtxid', 'Nullable(String)') AS wtxid,
       JSONExtract(given, 'strength', 'Nullable(String)') AS strength,
       JSONExtract(given, 'hint', 'Nullable(String)') AS hint
FROM txsurvey.line ARRAY JOIN JSONExtractArrayRaw(json, 'transactions') AS given
WHERE JSONExtractString(json, 'type') = 'peer';

CREATE MATERIALIZED VIEW txsurvey.to_seed TO txsurvey.seed AS
SELECT toUUID(JSONExtractString(json, 'survey')) AS survey,
       JSONExtractString(json, 'host') AS host,
       JSONExtractString(json, 'outcome') AS outcome,
       JSONExtract(json, 'addresses', 'UInt32') AS addresses,
       JSONExtract(json, 'error', 'Nullable(String)') AS error,
       JSONExtract(json, 'duration_ms', 'UInt32') AS duration_ms
FROM txsurvey.line WHERE JSONExtractString(json, 'type') = 'seed';

CREATE MATERIALIZED VIEW txsurvey.to_summary TO txsurvey.summary AS
SELECT toUUID(JSONExtractString(json, 'survey')) AS survey,
       parseDateTime64BestEffort(JSONExtractString(json, 'finished'), 3, 'UTC') AS finished,
       JSONExtract(json, 'duration_ms', 'UInt64') AS duration_ms,
       JSONExtract(json, 'complete', 'Bool') AS complete,
       JSONExtractString(json, 'reason') AS reason,
       JSONExtract(json, 'vantage_suspect', 'Bool') AS vantage_suspect,
       JSONExtract(json, 'not_attempted', 'UInt64') AS not_attempted,
       JSONExtract(json, 'address_book', 'known', 'UInt64') AS known
FROM txsurvey.line WHERE JSONExtractString(json, 'type') = 'summary';

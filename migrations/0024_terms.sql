-- What a registered project says, as the ranking of similar projects reads it: made anew whenever its words change. A
-- project without a row, or with one of another version, is read from its words.
create table project_terms (
    project_id text primary key references project (id),
    trust_id text not null references trust (id),
    -- A line for each thing that it says: the field, the weight in thousandths, the term.
    terms text not null,
    -- Of the engine and its vocabulary.
    version integer not null
) strict, without rowid;
create index project_terms_trust on project_terms (trust_id, version);

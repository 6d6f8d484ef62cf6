-- Getting in and being told: mail, links, joining by oneself, choices, calendar feeds.

-- Mail that is to go, went, or did not: written in the transaction of what causes it, sent afterwards. Rows go some
-- weeks after they were written.
create table outbox (
    -- The mail's Message-ID is made of it, so that a mail that goes twice is known as one.
    id text primary key,
    kind text not null check (kind in ('invitation', 'password', 'password_set', 'joining', 'digest')),
    -- Null for somebody whom Baton does not know yet.
    person_id text references person (id),
    -- Whose administrators read of it; null when it is of no trust.
    trust_id text references trust (id),
    address text not null,
    subject text not null,
    -- Where the secret of a link stands, `{secret}` stands.
    plain text not null,
    html text not null,
    -- What its link needs to work: only the addressee sees it, and it goes from here once the mail went or will not.
    secret text,
    -- It names what not everybody at the trust may know of, so that only the addressee reads its words.
    confidential integer not null default 0 check (confidential in (0, 1)),
    -- The address to which a mail program posts that such mail is not wanted; null for what everybody gets.
    unsubscribe text,
    written_at text not null,
    -- From then on it is of no use, and is not sent any more.
    useless_at text not null,
    -- When it is tried next.
    next_at text not null,
    attempts integer not null default 0,
    -- Until then it is being sent by somebody.
    leased_until text,
    sent_at text,
    -- When it was given up.
    failed_at text,
    -- What the mail server said last; empty when nothing went wrong.
    failure text not null default '',
    check (sent_at is null or failed_at is null)
) strict;
create index outbox_due on outbox (next_at) where sent_at is null and failed_at is null;
create index outbox_written on outbox (written_at);
create index outbox_trust on outbox (trust_id, written_at);
create index outbox_person on outbox (person_id, written_at);

-- A link that lets somebody in, once: only the hash of its secret is kept.
create table access_link (
    id text primary key,
    kind text not null check (kind in ('invitation', 'password', 'joining')),
    -- Null for somebody who joins by themselves.
    person_id text references person (id),
    -- The trust that invites, or that is joined; null for a forgotten password.
    trust_id text references trust (id),
    -- The address that it was mailed to: whoever opens it reads mail there. Null for one that was copied or printed.
    mailed_to text collate nocase,
    -- SHA-256.
    secret_hash text not null unique,
    made_by text references person (id),
    made_at text not null,
    expires_at text not null,
    used_at text,
    -- When it was taken back, or replaced by another.
    ended_at text,
    check (person_id is not null or kind = 'joining'),
    check (mailed_to is not null or kind = 'invitation')
) strict;
create index access_link_person on access_link (person_id, kind, made_at);
create index access_link_mailed on access_link (mailed_to, made_at);
create index access_link_expires on access_link (expires_at);

-- When its owner opened a link that was mailed there.
alter table person_address add column proved_at text;

-- In rough words, from what the browser says of itself.
alter table session add column device text not null default '';

-- Domains of mail addresses whose owners may join a trust by themselves.
create table mail_domain (
    trust_id text not null references trust (id),
    domain text not null collate nocase,
    -- Others than the trust's people have addresses there too, so that joining also needs the trust's code.
    shared integer not null check (shared in (0, 1)),
    added_at text not null,
    primary key (trust_id, domain)
) strict, without rowid;
create index mail_domain_domain on mail_domain (domain);

-- How often a trust's joining code was renewed by hand. The code follows from it and the last changeover.
create table joining_code (
    trust_id text primary key references trust (id),
    renewed integer not null
) strict;

-- When somebody joined the trust by themselves; null for everybody else.
alter table tie add column joined_at text;
-- When the academy looked at who they are.
alter table tie add column joined_seen_at text;
create index tie_joined on tie (trust_id, joined_at) where joined_at is not null;

-- How much mail somebody wants; without a row, daily.
create table mail_choice (
    person_id text primary key references person (id),
    often text not null check (often in ('daily', 'weekly', 'needed', 'never'))
) strict;

-- The mail of a day: one a person at most.
create table digest (
    person_id text not null references person (id),
    on_day text not null,
    outbox_id text not null,
    -- It had the weekly line of what still waits.
    weekly integer not null default 0 check (weekly in (0, 1)),
    primary key (person_id, on_day)
) strict, without rowid;

-- What somebody was told by mail of an ask: each step once.
create table notice (
    person_id text not null references person (id),
    -- The kind, project and cause of the ask.
    cause text not null,
    -- The level at which it was told.
    step integer not null,
    on_day text not null,
    outbox_id text not null,
    primary key (person_id, cause, step)
) strict, without rowid;
create index notice_day on notice (on_day);

-- A calendar feed: whoever has its address reads it.
create table calendar_feed (
    person_id text primary key references person (id),
    -- SHA-256.
    secret_hash text not null unique,
    made_at text not null
) strict;

-- What a feed said, so that what is gone from it is told as cancelled for a while.
create table calendar_entry (
    person_id text not null references person (id),
    uid text not null,
    on_day text not null,
    title text not null,
    -- Counts its changes.
    sequence integer not null,
    changed_at text not null,
    gone_at text,
    primary key (person_id, uid)
) strict, without rowid;

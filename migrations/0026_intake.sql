-- Lists of people that were taken in as a whole, numbered in each trust from 1. The list itself is not kept.
create table intake (
    id text primary key,
    trust_id text not null references trust (id),
    -- Its number in the trust, from 1.
    number integer not null,
    -- Who took it in.
    made_by text not null references person (id),
    -- When.
    made_at text not null,
    -- How many rows were about people.
    rows integer not null,
    -- How many of them were there already.
    same integer not null,
    -- How many were left out because they could not be read.
    left_out integer not null,
    unique (trust_id, number)
) strict;

-- Somebody to whom an intake did something.
create table intake_person (
    -- By which intake.
    intake_id text not null references intake (id),
    person_id text not null references person (id),
    -- What became of them: new to Baton, known to the trust, or known from another trust and asked.
    did text not null check (did in ('added', 'known', 'asked')),
    -- How many posts were added.
    added integer not null,
    -- How many posts were changed or end sooner.
    changed integer not null,
    primary key (intake_id, person_id)
) strict, without rowid;
create index intake_person_person on intake_person (person_id);

-- What a trust's lists call things, as somebody chose it last: the next list is read so by itself.
create table intake_word (
    trust_id text not null references trust (id),
    -- Whether it is the heading of a column or the name of a department.
    kind text not null check (kind in ('column', 'department')),
    -- As it is written, in lower case and without marks.
    written text not null,
    -- What it means: what a column holds, or the id of a department.
    means text not null,
    primary key (trust_id, kind, written)
) strict, without rowid;

-- What people call a changeover: "August changeover". Empty when nobody said it.
alter table changeover add column name text not null default '';
-- The grades that it concerns, as a JSON list; empty for all.
alter table changeover add column grades text not null default '[]';

-- Days on which many posts begin are proposed as changeovers.
create index post_begins on post (trust_id, starts_on);

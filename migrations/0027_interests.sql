-- What somebody looks for, or offers to do: suggested where a project needs it. Taken back by its row going.
create table interest (
    trust_id text not null references trust (id),
    person_id text not null references person (id),
    -- What is looked for or offered.
    kind text not null check (kind in ('project', 'coach', 'partner', 'supervise')),
    -- Where; null for any department.
    department_id text references department (id),
    -- In their words: which topic, how many hours.
    note text not null default '',
    -- The last day on which it is meant.
    until_on text not null,
    -- When they said so last.
    said_at text not null,
    primary key (trust_id, person_id, kind)
) strict, without rowid;
create index interest_kind on interest (trust_id, kind, until_on);

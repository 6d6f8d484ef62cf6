-- Who somebody is, in which trust, and how they get in.

-- A person's link to a trust. An address proves nothing until its owner has answered: who was found by
-- one is asked, and what a trust writes about them counts from their answer on.
create table tie (
    person_id text not null references person (id),
    trust_id text not null references trust (id),
    state text not null check (state in ('asked', 'accepted', 'declined')),
    -- As the trust wrote their name: what it sees until they accept.
    named text not null,
    asked_at text not null,
    asked_by text references person (id),
    answered_at text,
    -- When a session last worked in this trust: the latest is where the next one opens.
    used_at text,
    -- The code that the trust handed over in person, as an Argon2id PHC string.
    code_hash text,
    code_expires_at text,
    primary key (person_id, trust_id),
    check ((state = 'asked') = (answered_at is null)),
    check (code_hash is null or (state = 'asked' and code_expires_at is not null))
) strict, without rowid;
create index tie_trust on tie (trust_id, state);

-- Whoever works, has a role or has accepted a place in a trust is one of its people.
insert into tie (person_id, trust_id, state, named, asked_at, answered_at)
select p.id, f.trust_id, 'accepted', p.name, p.created_at, p.created_at
from person p join (
    select person_id, trust_id from post
    union select person_id, trust_id from trust_role
    union select r.person_id, j.trust_id from team_role r join project j on j.id = r.project_id where r.state = 'accepted'
) f on f.person_id = p.id;
-- Who was named only: they belong to the first trust that named them; any other has asked.
insert into tie (person_id, trust_id, state, named, asked_at, answered_at)
select p.id, f.trust_id, iif(f.first = 1 and not f.known, 'accepted', 'asked'), p.name, f.asked_at,
       iif(f.first = 1 and not f.known, f.asked_at, null)
from person p join (
    select r.person_id, j.trust_id, min(r.asked_at) as asked_at,
           row_number() over (partition by r.person_id order by min(r.asked_at)) as first,
           exists (select 1 from tie where person_id = r.person_id) as known
    from team_role r join project j on j.id = r.project_id
    where not exists (select 1 from tie where person_id = r.person_id and trust_id = j.trust_id)
    group by r.person_id, j.trust_id
) f on f.person_id = p.id;

-- Whose hand first gave the password, kept when it is changed: null for the operator. It opens no tie of
-- another trust by itself.
alter table credential add column given_by_trust text references trust (id);
alter table credential add column must_change integer not null default 0 check (must_change in (0, 1));
-- Every password was given by somebody else so far; who has not changed theirs yet does so at the next sign-in.
update credential set must_change = 1
where not exists (select 1 from history where object_id = person_id and object = 'person' and action = 'changed password');

-- A session begun with a password that has to be changed first.
alter table session add column held integer not null default 0 check (held in (0, 1));
create index session_created on session (created_at);

-- A code that was handed over in person and sets a new password once; the hash is an Argon2id PHC string.
create table password_code (
    person_id text primary key references person (id),
    -- Null when the operator gave it.
    trust_id text references trust (id),
    made_by text references person (id),
    made_at text not null,
    expires_at text not null,
    code_hash text not null
) strict;

-- The registry: people, trusts, priorities, projects, measures, handovers and their history.
-- Ids are UUIDv7 as hyphenated text; dates are YYYY-MM-DD; moments are RFC 3339 UTC text.
-- Rows that a person edits carry `version`: an edit names the version that it was made from.

create table trust (
    id text primary key,
    name text not null unique,
    demonstration integer not null default 0 check (demonstration in (0, 1)),
    created_at text not null
) strict;

create table site (
    id text primary key,
    trust_id text not null references trust (id),
    name text not null,
    retired_on text,
    version integer not null default 1,
    unique (trust_id, name)
) strict;

create table department (
    id text primary key,
    trust_id text not null references trust (id),
    site_id text references site (id),
    name text not null,
    specialty text not null,
    retired_on text,
    version integer not null default 1,
    unique (trust_id, name)
) strict;
create index department_site on department (site_id);

-- Somebody known to Baton, with or without sign-in. Addresses change at rotation, so they stand apart.
create table person (
    id text primary key,
    name text not null,
    closed_on text,
    created_at text not null,
    version integer not null default 1
) strict;
create index person_name on person (name collate nocase);

create table person_address (
    id text primary key,
    person_id text not null references person (id),
    address text not null collate nocase unique,
    verified_at text,
    created_at text not null
) strict;
create index person_address_person on person_address (person_id);

-- A password that opens Baton for a person; the hash is an Argon2id PHC string.
create table credential (
    person_id text primary key references person (id),
    password_hash text not null,
    changed_at text not null
) strict;

-- The token itself is only in the visitor's cookie; here is its SHA-256.
create table session (
    token_hash text primary key,
    person_id text not null references person (id),
    trust_id text not null references trust (id),
    created_at text not null,
    seen_at text not null,
    ended_at text
) strict;
create index session_person on session (person_id);

-- A person's time-bound place in a department: the truth about rotations.
create table post (
    id text primary key,
    person_id text not null references person (id),
    trust_id text not null references trust (id),
    department_id text not null references department (id),
    staff_group text not null,
    grade text not null,
    starts_on text not null,
    ends_on text,
    percent integer not null default 100 check (percent between 1 and 100),
    version integer not null default 1,
    check (ends_on is null or ends_on >= starts_on)
) strict;
create index post_person on post (person_id, trust_id, starts_on, ends_on);
create index post_department on post (department_id);
create index post_trust on post (trust_id, ends_on);

-- A period out of a post, with dates and no reason.
create table away (
    id text primary key,
    person_id text not null references person (id),
    trust_id text not null references trust (id),
    starts_on text not null,
    ends_on text not null,
    keeps_contributing integer not null default 0 check (keeps_contributing in (0, 1)),
    check (ends_on >= starts_on)
) strict;
create index away_person on away (person_id, trust_id, starts_on);

create table trust_role (
    person_id text not null references person (id),
    trust_id text not null references trust (id),
    role text not null check (role in ('academy_lead', 'administrator')),
    granted_at text not null,
    primary key (person_id, trust_id, role)
) strict, without rowid;
create index trust_role_trust on trust_role (trust_id, role);

create table priority (
    id text primary key,
    trust_id text not null references trust (id),
    title text not null,
    aim text not null,
    source text not null,
    owner text not null,
    starts_on text not null,
    ends_on text,
    retired_on text,
    version integer not null default 1
) strict;
create index priority_trust on priority (trust_id, retired_on, title);

-- `number` is the explicit integer key that the search index stands on.
create table project (
    number integer primary key,
    id text not null unique,
    trust_id text not null references trust (id),
    reference text,
    title text not null,
    problem text not null default '',
    type text not null check (type in ('quality_improvement', 'clinical_audit', 'service_evaluation')),
    department_id text references department (id),
    status text not null check (status in ('draft', 'active', 'paused', 'sustaining', 'closed')),
    look_again_on text,
    closed_reason text check (closed_reason in ('completed', 'stopped', 'merged', 'superseded', 'not_qi')),
    closed_on text,
    closed_note text not null default '',
    merged_into text references project (id),
    origin text not null default 'idea' check (origin in ('idea', 'incident', 'near_miss', 'complaint', 'audit_result', 'priority')),
    origin_note text not null default '',
    local_need text not null default '',
    aim_what text not null default '',
    aim_whom text not null default '',
    aim_how_much text not null default '',
    aim_by text,
    standard text not null default '',
    standard_source text not null default '',
    standard_level text not null default '',
    reaudit_on text,
    next_step text not null default '',
    next_step_on text,
    author_id text not null references person (id),
    created_at text not null,
    updated_at text not null,
    submitted_at text,
    version integer not null default 1,
    unique (trust_id, reference),
    check ((status = 'closed') = (closed_reason is not null)),
    check (status = 'draft' or reference is not null)
) strict;
create index project_trust_status on project (trust_id, status, updated_at);
create index project_trust_title on project (trust_id, title collate nocase);
create index project_department on project (department_id, status);
create index project_author on project (author_id, status);
create index project_merged on project (merged_into);

create virtual table project_text using fts5 (
    title, problem, aim,
    content = '', contentless_delete = 1,
    tokenize = 'porter unicode61 remove_diacritics 2'
);

create table project_priority (
    project_id text not null references project (id),
    priority_id text not null references priority (id),
    primary key (project_id, priority_id)
) strict, without rowid;
create index project_priority_priority on project_priority (priority_id, project_id);

-- A dated place in a project's team. Who leads is the accepted 'lead' row in force on a day.
-- `contribution` is written when the row ends and never after.
create table team_role (
    id text primary key,
    project_id text not null references project (id),
    person_id text not null references person (id),
    role text not null check (role in ('lead', 'member', 'supervisor', 'sponsor', 'manager_partner', 'coach')),
    state text not null check (state in ('asked', 'accepted', 'declined')),
    -- Who opened the question: the team invited the person, or the person asked to join.
    opened_by text not null check (opened_by in ('team', 'person')),
    message text not null default '',
    from_on text not null,
    until_on text,
    contribution text not null default '',
    asked_at text not null,
    answered_at text,
    answered_by text references person (id),
    check (until_on is null or until_on >= from_on)
) strict;
create index team_role_project on team_role (project_id, role, state, from_on, until_on);
create index team_role_person on team_role (person_id, state, role, project_id);
create unique index team_role_one_question on team_role (project_id, person_id, role)
    where state = 'asked' and until_on is null;

create table measure (
    id text primary key,
    project_id text not null references project (id),
    name text not null,
    definition text not null,
    kind text not null check (kind in ('outcome', 'process', 'balancing')),
    data_type text not null check (data_type in ('count', 'percentage', 'rate', 'measurement', 'time_between', 'cases_between')),
    unit text not null default '',
    per integer,
    direction text not null check (direction in ('increase', 'decrease', 'neutral')),
    target real,
    -- Days between two measurements; null: when there is something to measure.
    every_days integer check (every_days between 1 and 366),
    source text not null default '',
    collector text not null default '',
    starts_on text not null,
    retired_on text,
    position integer not null,
    -- The last current or excluded point's date, kept with the points so that lists need not read them.
    last_on text,
    created_at text not null,
    version integer not null default 1,
    check ((data_type = 'rate') = (per is not null))
) strict;
create index measure_project on measure (project_id, retired_on, position);

create table measurement (
    id text primary key,
    measure_id text not null references measure (id),
    taken_on text not null,
    taken_at text,
    place text not null default '',
    entry integer not null,
    value real,
    numerator real,
    denominator real,
    note text not null default '',
    state text not null default 'current' check (state in ('current', 'excluded', 'void')),
    reason text not null default '',
    recorded_by text not null references person (id),
    recorded_at text not null,
    version integer not null default 1,
    check ((value is null) = (numerator is not null)),
    check ((numerator is null) = (denominator is null)),
    unique (measure_id, entry)
) strict;
create index measurement_series on measurement (measure_id, taken_on, taken_at, entry);

create table cycle (
    id text primary key,
    project_id text not null references project (id),
    number integer not null,
    title text not null,
    question text not null default '',
    prediction text not null default '',
    done text not null default '',
    studied text not null default '',
    decision text check (decision in ('adopt', 'adapt', 'abandon')),
    acted text not null default '',
    starts_on text not null,
    ends_on text,
    created_at text not null,
    version integer not null default 1,
    unique (project_id, number),
    check (ends_on is null or ends_on >= starts_on)
) strict;

-- The passing of a project to the next lead: to a named person, or to the pool (to_pool is 1, and
-- to_person is null until somebody asks to take it on).
create table handover (
    id text primary key,
    project_id text not null references project (id),
    from_person text references person (id),
    to_person text references person (id),
    to_pool integer not null default 0 check (to_pool in (0, 1)),
    state text not null check (state in ('draft', 'offered', 'agreed', 'declined', 'withdrawn', 'lapsed')),
    takes_effect_on text,
    summary text not null default '',
    next_step text not null default '',
    next_step_on text,
    files text not null default '',
    not_repeat text not null default '',
    approvals text not null default '',
    approvals_expire_on text,
    helped text not null default '',
    created_by text not null references person (id),
    created_at text not null,
    offered_at text,
    ended_at text,
    version integer not null default 1,
    check (state in ('draft', 'withdrawn') or takes_effect_on is not null),
    check (state in ('draft', 'withdrawn') or to_person is not null or to_pool = 1)
) strict;
create index handover_project on handover (project_id, state, takes_effect_on);
create index handover_to on handover (to_person, state);
create unique index handover_one_live on handover (project_id) where state in ('draft', 'offered');

-- How the next point of each measure is got, and when.
create table handover_measure (
    handover_id text not null references handover (id),
    measure_id text not null references measure (id),
    how text not null default '',
    next_on text,
    primary key (handover_id, measure_id)
) strict, without rowid;

-- What each leaver contributed, as the pack says it.
create table handover_contribution (
    handover_id text not null references handover (id),
    person_id text not null references person (id),
    contribution text not null default '',
    primary key (handover_id, person_id)
) strict, without rowid;

create table handover_answer (
    handover_id text not null references handover (id),
    party text not null check (party in ('successor', 'anchor')),
    person_id text not null references person (id),
    -- Set when the academy lead answered because there was no anchor or no answer in 14 days.
    for_anchor integer not null default 0 check (for_anchor in (0, 1)),
    answer text not null check (answer in ('accepted', 'declined')),
    word text not null default '',
    answered_at text not null,
    primary key (handover_id, party)
) strict, without rowid;

-- What a person decided about two projects. For 'duplicate_of' and 'continues' the order matters:
-- `project_id` is the duplicate, or the continuation. 'differs' is a registrant's word. `before` is
-- what the status of a merged project was made of, as JSON, so that undoing restores it exactly.
create table project_link (
    id text primary key,
    project_id text not null references project (id),
    other_id text not null references project (id),
    kind text not null check (kind in ('duplicate_of', 'continues', 'related_to', 'spread_of', 'not_alike', 'differs')),
    word text not null default '',
    before text,
    decided_by text not null references person (id),
    decided_at text not null,
    undone_at text,
    check (project_id <> other_id)
) strict;
create index project_link_project on project_link (project_id, undone_at);
create index project_link_other on project_link (other_id, undone_at);

-- Who did what. Append-only; ids, never names. `hash` covers the row, the detail's digest and `previous`.
create table history (
    sequence integer primary key,
    at text not null,
    actor_id text references person (id),
    trust_id text references trust (id),
    object text not null,
    object_id text not null,
    -- The project that the row belongs to, for the project's own page.
    project_id text,
    action text not null,
    request_id text not null,
    detail_digest text not null,
    previous text not null,
    hash text not null
) strict;
create index history_project on history (project_id, sequence) where project_id is not null;
create index history_object on history (object_id, sequence);

create trigger history_is_not_updated before update on history
begin
    select raise(abort, 'history is append-only');
end;
create trigger history_is_not_deleted before delete on history
begin
    select raise(abort, 'history is append-only');
end;

-- What changed, apart from the row that says that it did: it can be erased when the law asks,
-- and the chain still verifies, because it covers only the salted digest.
create table history_detail (
    sequence integer primary key references history (sequence),
    salt text not null,
    detail text not null
) strict;

-- Facts about this installation: whether it shows the demonstration, and the next references.
create table reference_counter (
    trust_id text not null references trust (id),
    year integer not null,
    last integer not null,
    primary key (trust_id, year)
) strict, without rowid;

-- What belongs to this file and not to a trust. The secret ties an open form to the person it was
-- drawn for, also across a restart of the server.
create table installation (
    one integer primary key check (one = 1),
    form_secret text not null
) strict;
insert into installation (one, form_secret) values (1, hex(randomblob(32)));

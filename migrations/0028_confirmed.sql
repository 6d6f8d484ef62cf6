-- A supervisor's word that somebody did in a project what its record says of them.
create table confirmation (
    project_id text not null references project (id),
    person_id text not null references person (id),
    -- The supervisor.
    confirmed_by text not null references person (id),
    -- When they confirmed it.
    confirmed_at text not null,
    primary key (project_id, person_id, confirmed_by)
) strict, without rowid;
create index confirmation_person on confirmation (person_id);

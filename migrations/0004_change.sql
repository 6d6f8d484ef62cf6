-- What a project changes and why: the driver diagram, and PDSA cycles that say how large the test is,
-- whether the prediction was right, and which cycle they carry on.

-- A line of the driver diagram, under the project's aim. A removed one can be restored; what stands
-- beneath it is out of sight with it.
create table driver (
    id text primary key,
    project_id text not null references project (id),
    -- Null for a primary driver, which hangs on the aim.
    parent_id text references driver (id),
    level text not null check (level in ('primary', 'secondary', 'idea')),
    text text not null,
    position integer not null,
    created_at text not null,
    removed_at text,
    version integer not null default 1,
    check ((level = 'primary') = (parent_id is null))
) strict;
create index driver_project on driver (project_id, position);
create index driver_parent on driver (parent_id) where parent_id is not null;

-- Which measures tell whether a line of the diagram moves.
create table driver_measure (
    driver_id text not null references driver (id),
    measure_id text not null references measure (id),
    primary key (driver_id, measure_id)
) strict, without rowid;
create index driver_measure_measure on driver_measure (measure_id);

alter table cycle add column scale text check (scale in ('patient', 'few', 'shift', 'day', 'ward', 'wider'));
-- What was done otherwise than planned.
alter table cycle add column differed text not null default '';
-- Whether what was predicted happened.
alter table cycle add column was_right text check (was_right in ('yes', 'partly', 'no'));
-- The cycle of the same project that this one carries on.
alter table cycle add column continues text references cycle (id);
-- The change idea that it tests.
alter table cycle add column idea_id text references driver (id);
create index cycle_continues on cycle (continues) where continues is not null;
create index cycle_idea on cycle (idea_id) where idea_id is not null;

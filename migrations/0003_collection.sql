-- Counting at the bedside: who answered yes and who answered no, one letter each, in the order in which
-- they were pressed, so that the last can be taken back. It becomes one point of the measure when it is
-- closed. Nothing about a patient is kept: a letter has no time and no name.
create table tally (
    id text primary key,
    measure_id text not null references measure (id),
    taken_on text not null,
    place text not null default '',
    presses text not null default '' check (presses not glob '*[^YN]*'),
    started_by text not null references person (id),
    started_at text not null,
    -- Closed with a point: recorded. Closed without one: discarded.
    closed_at text,
    measurement_id text references measurement (id),
    version integer not null default 1,
    check (measurement_id is null or closed_at is not null)
) strict;
create index tally_open on tally (measure_id, started_at) where closed_at is null;

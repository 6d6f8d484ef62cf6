-- Charts that keep their type, and points that came together.

-- The chart that the points asked for when there were first enough of them for limits. It stays until a person
-- decides; null: there were not enough yet, or a person chose the chart.
alter table measure add column settled_chart text check (settled_chart in
    ('run', 'xmr', 'i_prime', 'p', 'p_prime', 'u', 'u_prime', 'c', 'g', 't', 'xbar_s'));
-- Why it suits, in the words of that day.
alter table measure add column settled_because text not null default '';
-- The day on which that was decided.
alter table measure add column settled_on text;
-- The number of the last point when that, or what came of a suggestion, was decided: later points may ask again.
alter table measure add column settled_entry integer not null default 0;
-- Another chart that was suggested and set aside; null: none.
alter table measure add column declined_chart text check (declined_chart in
    ('run', 'xmr', 'i_prime', 'p', 'p_prime', 'u', 'u_prime', 'c', 'g', 't', 'xbar_s'));

-- Points that were recorded in one act. They can be undone in one.
create table point_batch (
    id text primary key,
    measure_id text not null references measure (id),
    -- Typed or pasted into the grid, or imported from a table.
    way text not null check (way in ('typed', 'imported')),
    -- How many points it brought.
    points integer not null,
    -- The points that it corrected: JSON of lists of id, the version that the correction made, and the value,
    -- numerator, denominator and note from before.
    corrected text not null default '[]',
    -- Who recorded them.
    recorded_by text not null references person (id),
    -- When.
    recorded_at text not null,
    -- Who undid all of it; null: nobody.
    undone_by text references person (id),
    -- When.
    undone_at text
) strict;
create index point_batch_measure on point_batch (measure_id, recorded_at);
create index point_batch_recorded_by on point_batch (recorded_by);
create index point_batch_undone_by on point_batch (undone_by) where undone_by is not null;
-- Null: it was recorded by itself.
alter table measurement add column batch_id text references point_batch (id);
create index measurement_batch on measurement (batch_id) where batch_id is not null;

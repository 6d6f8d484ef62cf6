-- How the points of a measure are read: which chart, which rules, from which baseline, in which phases.

-- The rules that a trust's charts are judged by, where a measure names no others.
alter table trust add column rule_set text not null default 'limits_and_runs' check (rule_set in
    ('limits_and_runs', 'runs', 'making_data_count', 'ihi', 'western_electric', 'nelson'));

-- Null: the chart that the data ask for.
alter table measure add column chart text check (chart in
    ('run', 'xmr', 'i_prime', 'p', 'p_prime', 'u', 'u_prime', 'c', 'g', 't', 'xbar_s'));
-- Null: the trust's.
alter table measure add column rule_set text check (rule_set in
    ('limits_and_runs', 'runs', 'making_data_count', 'ihi', 'western_electric', 'nelson'));
-- Whether moving ranges that stand out are left out of the limits.
alter table measure add column screening integer not null default 1 check (screening in (0, 1));
-- A centre line given by hand.
alter table measure add column centre real;
-- The last day of the baseline, from which the line and the limits are carried on; null: the day before
-- the first PDSA cycle, if that leaves enough points.
alter table measure add column baseline text not null default 'cycles' check (baseline in ('all', 'cycles', 'date'));
alter table measure add column baseline_until text;
-- Several observations are drawn as one point for each period; the observations are kept.
alter table measure add column period text check (period in ('day', 'week', 'month'));
alter table measure add column summary text not null default 'mean' check (summary in ('mean', 'median'));

-- A part of the series that is read by itself, from a day on: a person's decision, with its reason.
create table phase (
    id text primary key,
    measure_id text not null references measure (id),
    starts_on text not null,
    reason text not null,
    -- So many of its first points give its line and limits; null: all.
    freeze_after integer check (freeze_after between 2 and 1000),
    created_by text not null references person (id),
    created_at text not null,
    removed_at text,
    version integer not null default 1
) strict;
create unique index phase_measure on phase (measure_id, starts_on) where removed_at is null;

-- A target that holds from a day on, after the first one, which stands with the measure.
create table measure_target (
    id text primary key,
    measure_id text not null references measure (id),
    starts_on text not null,
    target real not null,
    created_at text not null,
    removed_at text
) strict;
create unique index measure_target_measure on measure_target (measure_id, starts_on) where removed_at is null;

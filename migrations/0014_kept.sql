-- What pages ask of every project is kept by whoever changes it, so that reading is a search.

-- When the measure is measured next, as the program says it; null when it is measured when there is something to measure.
alter table measure add column next_on text generated always as (iif(every_days is null, null,
    max(starts_on, coalesce(case every_days
        when 30 then date(last_on, '+1 month', 'floor')
        when 91 then date(last_on, '+3 months', 'floor')
        when 365 then date(last_on, '+12 months', 'floor')
        else date(last_on, '+' || every_days || ' days') end, starts_on)))) virtual;
create index measure_next on measure (project_id, next_on, id) where retired_on is null and every_days is not null;

-- The pool.
create index standing_pool on standing (trust_id, from_on, until_on, state, no_lead_since, handover_id, project_id)
    where state in ('in_pool', 'offered');

-- The list of projects in its two orders, of which a page reads the first rows.
create index project_open on project (trust_id, updated_at) where status in ('active', 'paused', 'sustaining');
create index standing_risk on standing (trust_id, at_risk desc, coalesce(no_lead_since, lead_last_on, '9999-12-31'), from_on, until_on, state);

-- Who loses their lead by a day, and which projects nobody supervises: numbers on the home of an academy lead. What a
-- partial index is about stands in it as well, or SQLite reads the
-- table for it.
create index standing_last on standing (trust_id, state, lead_last_on, from_on, until_on) where lead_last_on is not null;
create index standing_unsupervised on standing (trust_id, from_on, until_on, state, supervisor_id)
    where supervisor_id is null and state <> 'ended';

-- What waits at the desk, which the header counts on every page of an academy lead. Of a trust's rows most begin on a
-- day ahead, and few are over.
drop index ask_desk;
create index ask_desk on ask (trust_id, from_on, until_on, audience, rests, kind, about_id, cause_on, giver_id, taker_id, person_id, project_id)
    where person_id is null;

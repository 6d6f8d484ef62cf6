-- Columns are called what the pages call them.
-- The day on which somebody looks again at a project that is paused or sustaining.
alter table project rename column look_again_on to review_on;
-- The academy lead answered in the place of a supervisor, because there was none or no answer in 14 days.
alter table handover_answer rename column for_anchor to for_supervisor;

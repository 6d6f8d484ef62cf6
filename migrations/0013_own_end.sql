-- As before, but not where that a post has no end was only its own person's word: nobody confirms themselves as a
-- supervisor by what they say of their own dates.
drop trigger post_end_confirms_supervision;
create trigger post_end_confirms_supervision after update of ends_on on post
when old.ends_on is null and old.said_at is null and new.ends_on is not null
begin
    update team_role set confirmed_until = new.ends_on
    where person_id = new.person_id and role = 'supervisor' and state = 'accepted'
      and (until_on is null or until_on > new.ends_on)
      and (confirmed_until is null or confirmed_until < new.ends_on)
      and project_id in (select id from project where trust_id = new.trust_id);
end;

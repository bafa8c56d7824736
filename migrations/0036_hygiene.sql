-- Reasons that mean the same become one, and history stays as it was written: the one that goes is retired and says which
-- one takes its place. Losses keep the reason that they were given.

alter table loss_reason
    add column merged_into_id bigint,
    -- Lost and unqualified are never mixed.
    add constraint merged_reason_keeps_its_outcome
        foreign key (merged_into_id, outcome) references loss_reason (id, outcome),
    add constraint merged_reason_is_retired check (merged_into_id is null or retired_at is not null),
    add constraint reason_is_not_merged_into_itself check (merged_into_id <> id);
create index loss_reason_merged on loss_reason (merged_into_id) where merged_into_id is not null;

-- No chains: what takes another's place is in use, and stays in use for as long as it does.
create function merged_reason_has_one_in_use() returns trigger language plpgsql as $$
begin
    if new.merged_into_id is not null then
        -- Whoever retires it at this moment waits for us, or we for them.
        perform from loss_reason where id = new.merged_into_id and retired_at is null for share;
        if not found then
            raise exception 'reason % cannot be merged into %, which is not in use', new.id, new.merged_into_id
                using errcode = 'integrity_constraint_violation', constraint = 'merged_reason_has_one_in_use';
        end if;
    end if;
    if new.retired_at is not null and exists (select from loss_reason where merged_into_id = new.id) then
        raise exception 'reason % takes the place of others', new.id
            using errcode = 'integrity_constraint_violation', constraint = 'replacing_reason_stays_in_use';
    end if;
    return null;
end $$;
create trigger merged_reason_has_one_in_use after insert or update of merged_into_id, retired_at on loss_reason
    for each row execute function merged_reason_has_one_in_use();

-- How often somebody was followed up in a run: attempts after its first one, until it ended. Runs whose end an import
-- brought along are left out: nobody here knows what was tried.
create view run_follow_up as
select r.lead_id, r.loss_id, r.win_id, r.outcome, r.ended_on, r.owner_id, r.queue_id, r.lead_owner_id, r.lead_queue_id,
       greatest(tried.attempts - 1, 0)::integer as follow_ups
from run r
join lead l on l.id = r.lead_id
left join loss s on s.id = r.loss_id
left join win w on w.id = r.win_id
cross join lateral (
    select coalesce((select max(p.closed_at) from loss p
                     where p.lead_id = r.lead_id and (r.loss_id is null or p.id < r.loss_id)
                       and p.closure in ('reactivated', 'recovered')),
                    lead_began(l.arose_at, l.import_batch_id, l.recorded_at)) as at) as began
cross join lateral (
    select count(*) as attempts from attempt t
    where t.lead_id = r.lead_id and (began.at is null or t.at >= began.at)
      and (t.at <= s.at or (t.at at time zone (select time_zone from organisation))::date <= w.won_on)) as tried
where r.outcome in ('lost', 'won') and s.import_batch_id is null and w.import_batch_id is null;

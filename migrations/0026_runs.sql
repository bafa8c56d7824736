-- Facts are counted in runs: a lead's time on the board, from its beginning or a reactivation to a win, a loss or now.
-- One definition for every figure: withdrawn leads have no runs, a reversed loss and a win that was taken back end none.
-- Days are those of the organisation's time zone; what nobody knows (dates of some imports) stays null.

-- A reactivation begins the next run; there are few of them, and every run asks for the last one before it.
create index loss_reactivated on loss (lead_id, id) include (closed_at) where closure in ('reactivated', 'recovered');
create index lead_by_owner on lead (owner_id);

-- When a run began that no reactivation began: unknown for imports that do not say.
create function lead_began(arose_at timestamptz, import_batch_id bigint, recorded_at timestamptz) returns timestamptz
language sql immutable as $$
    select coalesce(arose_at, case when import_batch_id is null then recorded_at end)
$$;

-- Each branch joins its leads itself, so that whatever narrows the leads narrows the reading.
create view run as
-- Ended in a loss.
select s.lead_id, s.id as loss_id, null::bigint as win_id, s.outcome, s.reason_id, s.stage_id, s.closure,
       (coalesce((select max(p.closed_at) from loss p
                  where p.lead_id = s.lead_id and p.id < s.id and p.closure in ('reactivated', 'recovered')),
                 lead_began(l.arose_at, l.import_batch_id, l.recorded_at))
            at time zone (select time_zone from organisation))::date as started_on,
       (s.at at time zone (select time_zone from organisation))::date as ended_on,
       -- Who was responsible when it ended, or is now; and who is now, which decides who may read it.
       s.owner_id, s.queue_id, l.owner_id as lead_owner_id, l.queue_id as lead_queue_id,
       l.source_id, l.product_id, l.segment_id, l.campaign_id, l.business_line_id, l.direction, l.party,
       l.value_base_minor
from loss s
join lead l on l.id = s.lead_id
where s.closure is distinct from 'reversed' and l.withdrawn_at is null
union all
-- Ended in a win.
select w.lead_id, null, w.id, 'won', null, w.from_stage_id, null,
       (coalesce((select max(p.closed_at) from loss p
                  where p.lead_id = w.lead_id and p.closure in ('reactivated', 'recovered')),
                 lead_began(l.arose_at, l.import_batch_id, l.recorded_at))
            at time zone (select time_zone from organisation))::date,
       w.won_on, w.owner_id, w.queue_id, l.owner_id, l.queue_id,
       l.source_id, l.product_id, l.segment_id, l.campaign_id, l.business_line_id, l.direction, l.party,
       coalesce(w.amount_base_minor, l.value_base_minor)
from win w
join lead l on l.id = w.lead_id
where w.undone_at is null and l.withdrawn_at is null
union all
-- Not ended yet.
select l.id, null, null, 'open', null, l.stage_id, null,
       (coalesce((select max(p.closed_at) from loss p
                  where p.lead_id = l.id and p.closure in ('reactivated', 'recovered')),
                 lead_began(l.arose_at, l.import_batch_id, l.recorded_at))
            at time zone (select time_zone from organisation))::date,
       null, l.owner_id, l.queue_id, l.owner_id, l.queue_id,
       l.source_id, l.product_id, l.segment_id, l.campaign_id, l.business_line_id, l.direction, l.party,
       l.value_base_minor
from lead l
where l.standing_loss_id is null and l.withdrawn_at is null
  and not exists (select from win w where w.lead_id = l.id and w.undone_at is null);

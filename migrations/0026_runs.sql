-- Facts are counted in runs: a lead's time on the board, from its beginning or a reactivation to a win, a loss or now.
-- One definition for every figure: withdrawn leads have no runs, a reversed loss and a win that was taken back end none.
-- Days are those of the organisation's time zone; what nobody knows (dates of some imports) stays null.

-- A reactivation begins the next run; there are few of them, and every run asks for the last one before it.
create index loss_reactivated on loss (lead_id, id) include (closed_at) where closure in ('reactivated', 'recovered');
-- Runs that ended are counted over all time, not only those in the lost pool.
create index loss_by_time on loss (at);
create index lead_by_owner on lead (owner_id);

create view run as
with ended as (
    select s.lead_id, s.id as loss_id, null::bigint as win_id, s.outcome, s.at as ended_at, null::date as won_on,
           s.stage_id, s.reason_id, s.owner_id, s.queue_id, s.closure,
           (select max(p.closed_at) from loss p
            where p.lead_id = s.lead_id and p.id < s.id and p.closure in ('reactivated', 'recovered')) as reactivated_at
    from loss s
    where s.closure is distinct from 'reversed'
    union all
    select w.lead_id, null, w.id, 'won', null, w.won_on, w.from_stage_id, null, w.owner_id, w.queue_id, null,
           (select max(p.closed_at) from loss p
            where p.lead_id = w.lead_id and p.closure in ('reactivated', 'recovered'))
    from win w
    where w.undone_at is null
    union all
    select l.id, null, null, 'open', null, null, l.stage_id, null, l.owner_id, l.queue_id, null,
           (select max(p.closed_at) from loss p
            where p.lead_id = l.id and p.closure in ('reactivated', 'recovered'))
    from lead l
    where l.standing_loss_id is null and not exists (select from win w where w.lead_id = l.id and w.undone_at is null)
)
select e.lead_id, e.loss_id, e.win_id, e.outcome, e.reason_id, e.stage_id, e.closure,
       (coalesce(e.reactivated_at, l.arose_at, case when l.import_batch_id is null then l.recorded_at end)
            at time zone o.time_zone)::date as started_on,
       coalesce(e.won_on, (e.ended_at at time zone o.time_zone)::date) as ended_on,
       -- Who was responsible when it ended, or is now; and who is now, which decides who may read it.
       e.owner_id, e.queue_id, l.owner_id as lead_owner_id, l.queue_id as lead_queue_id,
       l.source_id, l.product_id, l.segment_id, l.campaign_id, l.business_line_id, l.direction, l.party,
       coalesce(w.amount_base_minor, l.value_base_minor) as value_base_minor
from ended e
join lead l on l.id = e.lead_id and l.withdrawn_at is null
left join win w on w.id = e.win_id
cross join organisation o;

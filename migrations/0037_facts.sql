-- The loss cockpit counts runs in the browser: one row per run with everything that charts tell runs apart by. The view
-- stands on `run`, so that there is still one definition of what a run is.

create view fact as
select r.lead_id,
       -- Which of its lead's runs: the loss, the win as a negative number, or none while it is open.
       coalesce(r.loss_id, -r.win_id, 0) as mark,
       r.outcome,
       case when r.closure in ('reactivated', 'recovered') then r.closure else r.outcome end as fate,
       r.reason_id, r.stage_id, r.owner_id, r.queue_id, coalesce(u.team_id, q.team_id) as team_id,
       r.lead_owner_id, r.lead_queue_id,
       r.source_id, r.campaign_id, r.product_id, r.segment_id, r.business_line_id, nullif(btrim(l.country), '') as country,
       m.excuse, s.retry_potential, r.value_base_minor, r.started_on, r.ended_on,
       -- Attempts since the reactivation that began the run, up to its end (a win's is that of its day); where nobody knows
       -- the end, all since.
       (select count(*) from attempt a
        where a.lead_id = r.lead_id
          and (s.at is null or a.at <= s.at)
          and (w.won_on is null or a.at < (w.won_on + 1)::timestamp at time zone (select time_zone from organisation))
          and a.at > coalesce((select max(p.closed_at) from loss p
                               where p.lead_id = r.lead_id and p.closure in ('reactivated', 'recovered')
                                 and (s.id is null or p.id < s.id)), '-infinity')) as attempts
from run r
join lead l on l.id = r.lead_id
left join loss s on s.id = r.loss_id
left join loss_reason m on m.id = r.reason_id
left join win w on w.id = r.win_id
left join app_user u on u.id = r.owner_id
left join queue q on q.id = r.queue_id;

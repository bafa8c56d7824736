-- What more decides whether a lead is won, and what managers can change: how soon an enquiry was answered, how long the
-- lead stood in one stage, what discount was offered last, and how experienced the rep is. All are null where nobody knows.
create or replace view fact as
select r.lead_id,
       -- Which of its lead's runs: the loss, the win as a negative number, or none while it is open.
       coalesce(r.loss_id, -r.win_id, 0) as mark,
       r.outcome,
       case when r.closure in ('reactivated', 'recovered') then r.closure else r.outcome end as fate,
       r.reason_id, r.stage_id, r.owner_id, r.queue_id, coalesce(u.team_id, q.team_id) as team_id,
       r.lead_owner_id, r.lead_queue_id,
       r.source_id, r.campaign_id, r.product_id, r.segment_id, r.business_line_id, nullif(btrim(l.country), '') as country,
       m.excuse, s.retry_potential, r.value_base_minor, r.started_on, r.ended_on,
       tried.attempts,
       -- The tier that the rep has now.
       u.tier,
       -- Only people who asked wait for an answer, and only once; of imports nobody knows the hour.
       case when l.direction = 'inbound' and l.import_batch_id is null and again.at is null and tried.first_at is not null
            then floor(extract(epoch from greatest(tried.first_at - l.arose_at, interval '0')) / 60)::bigint
       end as answered_after_minutes,
       -- Imported ends have no stays before them.
       case when s.import_batch_id is null and w.import_batch_id is null then stood.days end as stood_days,
       offered.discount_percent
from run r
join lead l on l.id = r.lead_id
left join loss s on s.id = r.loss_id
left join loss_reason m on m.id = r.reason_id
left join win w on w.id = r.win_id
left join app_user u on u.id = r.owner_id
left join queue q on q.id = r.queue_id
-- The reactivation that began the run, and when it ended: a win at the end of its day, an open run not yet.
cross join lateral (
    select max(p.closed_at) as at from loss p
    where p.lead_id = r.lead_id and p.closure in ('reactivated', 'recovered') and (s.id is null or p.id < s.id)) as again
cross join lateral (
    select coalesce(s.at, (w.won_on + 1)::timestamp at time zone (select time_zone from organisation)
                          - interval '1 microsecond', 'infinity') as at) as ended
-- Where nobody knows the end, all attempts since.
cross join lateral (
    select count(*) as attempts, min(a.at) as first_at from attempt a
    where a.lead_id = r.lead_id and a.at <= ended.at and a.at > coalesce(again.at, '-infinity')) as tried
-- A place that was entered lasts until the next one is; what was lost stood nowhere until it came back.
cross join lateral (
    select max(extract(day from stay.until - stay.since))::bigint as days
    from (select a.at as since, a.kind,
                 coalesce(lead(a.at) over (order by a.move_version), ended.at) as until
          from activity a
          where a.lead_id = r.lead_id and a.move_version is not null
            and a.at < ended.at and ended.at < 'infinity' and a.at >= coalesce(again.at, '-infinity')) as stay
    where stay.kind <> 'loss') as stood
left join lateral (
    select coalesce(o.discount_percent, 0) as discount_percent from offer o join activity a on a.lead_id = o.lead_id and a.id = o.activity_id
    where o.lead_id = r.lead_id and a.at <= ended.at and a.at > coalesce(again.at, '-infinity')
    order by a.id desc limit 1) as offered on true;

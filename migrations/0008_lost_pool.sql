-- What was said and observed is found in any spelling, like names; and one definition of what stands in the lost pool.

-- Folded by the one Rust function from note and customer's words; blanked by erasure together with them.
alter table loss add column search_key text not null default '';

create view lost_lead as
select s.id as loss_id, s.lead_id, coalesce(l.name, l.company) as name, l.external_id,
       l.search_key || ' ' || s.search_key as search_key,
       l.owner_id, l.queue_id,
       s.outcome, s.reason_id, r.name as reason,
       s.stage_id, t.position as stage_position, t.name as stage,
       s.owner_id as rep_id, s.queue_id as rep_queue_id, coalesce(u.name, q.name) as rep,
       s.at, s.note, s.customer_words, s.retry_potential, s.recontact_on,
       l.value_minor, l.currency, l.value_base_minor
from loss s
join lead l on l.id = s.lead_id
join loss_reason r on r.id = s.reason_id
left join stage t on t.id = s.stage_id
left join app_user u on u.id = s.owner_id
left join queue q on q.id = s.queue_id
where s.closed_at is null;

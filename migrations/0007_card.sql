-- One definition of what stands on a card, for the board, the live stream and single reads alike.
create view card as
select l.id, l.owner_id, l.queue_id, coalesce(u.name, q.name) as holder_name,
       l.stage_id, l.stage_kind, l.stage_entered_at, l.rank, l.move_version, l.standing_loss_id,
       l.next_step, l.next_step_channel, l.next_step_due,
       l.name, l.company, l.external_id, l.direction, l.party, l.business_line_id,
       l.value_minor, l.currency, l.value_base_minor, l.temperature,
       l.source_id, s.name as source, l.product_id, p.name as product,
       l.do_not_call, l.do_not_email, l.search_key
from lead l
left join app_user u on u.id = l.owner_id
left join queue q on q.id = l.queue_id
left join source s on s.id = l.source_id
left join product p on p.id = l.product_id;

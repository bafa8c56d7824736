-- Loss signals. A signal is a function of what happened, of the stage's limits and of the moment: nothing marks a lead, so
-- no mark ever goes stale. What happened is kept per lead in one narrow row, so that a list of leads does not read their
-- histories; triggers compute it anew from the history, whichever door that came through.

alter table stage
    -- So many days after we reached out and heard nothing a lead is at risk; null: never.
    add column unanswered_days integer check (unanswered_days between 1 and 3650),
    -- With more attempts than this in a row that reached nobody a lead is at risk; null: never.
    add column attempts_limit integer check (attempts_limit between 1 and 100);
update stage s set unanswered_days = v.days, attempts_limit = v.attempts
from (values ('open', 3, 4), ('contacted', 7, 4), ('nurturing', 21, 5), ('qualified', 5, 3), ('negotiation', 4, 3))
    as v (kind, days, attempts)
where s.kind = v.kind;

alter table activity drop constraint activity_kind_check;
alter table activity add constraint activity_kind_check check (kind in
    ('created', 'imported', 'move', 'loss', 'reopened',
     'note', 'call', 'email', 'whatsapp', 'sms', 'meeting', 'edit', 'next_step', 'assignment',
     'estimate', 'offer', 'document', 'account', 'recontact', 'withdrawn', 'revived',
     -- An answer to loss signals; a question to a manager, and what they said.
     'risk', 'question', 'answer'));

-- What passed between a lead and us in its present run. A lead with which nothing passed has no row.
create table lead_contact (
    lead_id bigint primary key references lead,
    attempts integer not null,
    -- Attempts since we heard from them last: nobody was reached.
    in_vain integer not null,
    -- When somebody answered the lead's signals last. What follows counts only what was written down after that, and only
    -- while the lead is on the board.
    answered_at timestamptz,
    -- The last of the attempts in vain.
    vain_at timestamptz,
    -- The first time we reached out and have heard nothing since.
    unanswered_since timestamptz,
    refused_at timestamptz,
    competitor_at timestamptz
);

create function recount_lead_contact(which bigint) returns void language plpgsql as $$
declare
    began timestamptz;
    is_open boolean;
    answer activity;
    heard record;
begin
    -- Two who write about one lead at once: the second counts what the first has written.
    select run_started_at, standing_loss_id is null and withdrawn_at is null into began, is_open
    from lead where id = which for no key update;
    select * into answer from activity where lead_id = which and kind = 'risk' order by id desc limit 1;
    select a.at, a.id into heard
    from activity a left join attempt t on t.activity_id = a.id
    where a.lead_id = which and (began is null or a.at >= began)
      and (a.direction = 'inbound' or t.result in ('reached', 'refused', 'competitor', 'thinking'))
    order by a.at desc, a.id desc limit 1;
    insert into lead_contact as c
        (lead_id, attempts, in_vain, answered_at, vain_at, unanswered_since, refused_at, competitor_at)
    select which, count(t.activity_id), count(*) filter (where is_vain and is_later), answer.at,
           max(a.at) filter (where is_vain and is_later and is_fresh),
           min(a.at) filter (where is_later and is_fresh),
           max(a.at) filter (where t.result = 'refused' and is_fresh),
           max(a.at) filter (where t.result = 'competitor' and is_fresh)
    from activity a
    left join attempt t on t.activity_id = a.id
    cross join lateral (select
        coalesce(t.result in ('no_answer', 'wrong_number'), false) as is_vain,
        (a.at, a.id) > (coalesce(heard.at, '-infinity'), coalesce(heard.id, 0)) as is_later,
        is_open and a.id > coalesce(answer.id, 0) as is_fresh) as said
    where a.lead_id = which and (a.direction is not null or t.activity_id is not null) and (began is null or a.at >= began)
    on conflict (lead_id) do update
        set attempts = excluded.attempts, in_vain = excluded.in_vain, answered_at = excluded.answered_at,
            vain_at = excluded.vain_at, unanswered_since = excluded.unanswered_since,
            refused_at = excluded.refused_at, competitor_at = excluded.competitor_at;
end $$;

create function contact_follows_history() returns trigger language plpgsql as $$
begin
    perform recount_lead_contact(new.lead_id);
    return null;
end $$;
-- Whoever writes thousands of histories at once says `set local winback.recount_later = 'yes'`, and recounts at the end.
create trigger contact_follows_talks after insert on activity for each row
    when ((new.direction is not null or new.kind = 'risk')
          and current_setting('winback.recount_later', true) is distinct from 'yes')
    execute function contact_follows_history();
create trigger contact_follows_attempts after insert on attempt for each row
    when (current_setting('winback.recount_later', true) is distinct from 'yes') execute function contact_follows_history();

-- A new run begins without contacts; a lead off the board has no signals.
create function contact_follows_lead() returns trigger language plpgsql as $$
begin
    if exists (select from lead_contact where lead_id = new.id) then
        perform recount_lead_contact(new.id);
    end if;
    return null;
end $$;
create trigger contact_follows_lead after update of run_started_at, standing_loss_id, withdrawn_at on lead for each row
    when ((old.run_started_at, old.standing_loss_id, old.withdrawn_at)
          is distinct from (new.run_started_at, new.standing_loss_id, new.withdrawn_at))
    execute function contact_follows_lead();

select count(recount_lead_contact(lead_id))
from (select lead_id from attempt union select lead_id from activity where direction is not null) as talked;

-- Every signal of the leads in the pipeline, with the moment from which on it holds, which may lie ahead. The same as
-- `risks::rules::risks` says of each.
create view risk as
select l.id as lead_id, l.owner_id, l.queue_id, l.stage_id, l.value_base_minor, s.signal, s.since
from lead l
join stage t on t.id = l.stage_id
left join lead_contact c on c.lead_id = l.id
cross join lateral (values
    -- Days of 24 hours, whatever a clock on the wall does meanwhile.
    ('unanswered', c.unanswered_since + make_interval(hours => 24 * t.unanswered_days)),
    ('refused', c.refused_at),
    ('competitor', c.competitor_at),
    ('overdue', case when c.answered_at is null or l.next_step_due > c.answered_at then l.next_step_due end),
    ('attempts', case when c.in_vain > t.attempts_limit then c.vain_at end)
) as s (signal, since)
where l.standing_loss_id is null and l.withdrawn_at is null and s.since is not null
  and l.stage_kind in ('open', 'contacted', 'nurturing', 'qualified', 'negotiation');

-- The leads of this view, the most valuable first: neither customers nor lost leads are read for it, and its first page ends
-- where it is full.
create index lead_watched on lead (coalesce(value_base_minor, -1), id)
    where standing_loss_id is null and withdrawn_at is null
      and stage_kind in ('open', 'contacted', 'nurturing', 'qualified', 'negotiation');

create or replace view card as
select l.id, l.owner_id, l.queue_id, coalesce(u.name, q.name) as holder_name,
       l.stage_id, l.stage_kind, l.stage_entered_at, l.rank, l.move_version, l.standing_loss_id,
       l.next_step, l.next_step_channel, l.next_step_due,
       l.name, l.company, l.external_id, l.direction, l.party, l.business_line_id,
       l.value_minor, l.currency, l.value_base_minor, l.temperature,
       l.source_id, s.name as source, l.product_id, p.name as product,
       l.do_not_call, l.do_not_email, l.search_key,
       c.attempts, c.in_vain, c.answered_at, c.vain_at, c.unanswered_since, c.refused_at, c.competitor_at,
       t.unanswered_days, t.attempts_limit
from lead l
left join app_user u on u.id = l.owner_id
left join queue q on q.id = l.queue_id
left join source s on s.id = l.source_id
left join product p on p.id = l.product_id
left join lead_contact c on c.lead_id = l.id
left join stage t on t.id = l.stage_id
where l.withdrawn_at is null;

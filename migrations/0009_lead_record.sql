-- The rest of what is known about a lead: the account behind it, its tags and the team's own fields, what was estimated
-- and offered, and its documents. Withdrawn leads (of an import that was taken back) are hidden and uncounted, never
-- deleted: importing them again revives the same rows.

create table account (
    id bigint generated always as identity primary key,
    party text not null check (party in ('person', 'company')),
    name text not null check (btrim(name) <> ''),
    -- Folded by the one Rust function. Not unique: two companies may share a name.
    name_key text not null,
    website text,
    -- Whose account it is, and who else looks after the relation.
    owner_id bigint references app_user,
    relationship_owner_id bigint references app_user,
    recorded_at timestamptz not null
);
create index account_by_name on account (name_key);

-- Mail domains by which an account is recognised; one domain belongs to one account.
create table account_domain (
    domain text primary key check (domain ~ '^[^@\s]+\.[^@\s]+$'),
    account_id bigint not null references account
);

create table contact (
    id bigint generated always as identity primary key,
    account_id bigint not null references account,
    name text not null check (btrim(name) <> ''),
    email text,
    phone text,
    -- What they do in a decision: none of them, or several.
    decides boolean not null default false,
    pays boolean not null default false,
    uses boolean not null default false,
    blocks boolean not null default false,
    search_key text not null default '',
    recorded_at timestamptz not null,
    removed_at timestamptz
);
create index contact_by_account on contact (account_id) where removed_at is null;

create table tag (
    id bigint generated always as identity primary key,
    name text not null check (btrim(name) <> ''),
    key text not null unique,
    retired_at timestamptz
);

-- The team's own fields. Values stand in lead.custom under the key.
create table custom_field (
    id bigint generated always as identity primary key,
    key text not null unique check (btrim(key) <> ''),
    name jsonb not null check (name ? 'en'),
    kind text not null default 'text' check (kind in ('text', 'number', 'date', 'choice', 'yes_no')),
    -- For choices: the values in their order.
    choices jsonb not null default '[]' check (jsonb_typeof(choices) = 'array'),
    position integer not null default 0,
    retired_at timestamptz
);

alter table lead
    add column account_id bigint references account,
    add column occupation text,
    add column industry text,
    add column employees integer check (employees >= 0),
    add column website text,
    add column address text,
    add column language text,
    add column birth_date date,
    -- Accounts by network: {"linkedin": "…", "instagram": "…"}.
    add column social jsonb not null default '{}' check (jsonb_typeof(social) = 'object'),
    -- The folded phone and e-mail, by which a duplicate is recognised.
    add column phone_key text,
    add column email_key text,
    add column withdrawn_at timestamptz;
-- Leads that are here already get their keys as the Rust functions make them; an address beyond ASCII gets its key with
-- its next edit.
update lead set
    phone_key = case when length(regexp_replace(phone, '[^0-9]', '', 'g')) >= 7
                then right(regexp_replace(phone, '[^0-9]', '', 'g'), 9) end,
    email_key = case when btrim(email) ~ '^[!-?A-~]+@[!-?A-~]+$' then lower(btrim(email)) end
where phone is not null or email is not null;
create index lead_by_account on lead (account_id) where account_id is not null;
create index lead_by_phone on lead (phone_key) where phone_key is not null;
create index lead_by_email on lead (email_key) where email_key is not null;
create index lead_by_batch on lead (import_batch_id) where import_batch_id is not null;
create index lead_next_step on lead (owner_id, next_step_due) where standing_loss_id is null and withdrawn_at is null;

create table lead_tag (
    lead_id bigint not null references lead,
    tag_id bigint not null references tag,
    primary key (lead_id, tag_id)
);

alter table activity drop constraint activity_kind_check;
alter table activity add constraint activity_kind_check check (kind in
    ('created', 'imported', 'move', 'loss', 'reopened',
     'note', 'call', 'email', 'whatsapp', 'sms', 'meeting', 'edit', 'next_step', 'assignment',
     'estimate', 'offer', 'document', 'account', 'recontact', 'withdrawn', 'revived'));
alter table activity
    -- Who reached out: them or us. Only for what passes between people.
    add column direction text check (direction in ('inbound', 'outbound')),
    -- An edit's field stands in detail, its values here: they are personal, and only erasure may blank them.
    add column old_value text,
    add column new_value text;

create table estimate (
    activity_id bigint primary key,
    lead_id bigint not null,
    -- What the estimating itself takes and costs.
    hours numeric(8, 2) check (hours >= 0),
    by_id bigint references app_user,
    fee_minor bigint check (fee_minor >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    fee_base_minor bigint,
    paid_on date,
    -- Whether the fee is taken off the price when the lead is won.
    credited_on_winning boolean not null default false,
    foreign key (lead_id, activity_id) references activity (lead_id, id),
    constraint fee_is_whole check (num_nonnulls(fee_minor, currency, fee_base_minor) in (0, 3))
);
create index estimate_by_lead on estimate (lead_id);

create table offer (
    activity_id bigint primary key,
    lead_id bigint not null,
    amount_minor bigint not null check (amount_minor >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    amount_base_minor bigint not null,
    -- Percent off the list price that the amount already contains.
    discount_percent numeric(5, 2) check (discount_percent between 0 and 100),
    expires_on date,
    foreign key (lead_id, activity_id) references activity (lead_id, id)
);
create index offer_by_lead on offer (lead_id);

create table attachment (
    id bigint generated always as identity primary key,
    lead_id bigint not null,
    activity_id bigint not null,
    name text not null check (btrim(name) <> ''),
    media_type text not null,
    body bytea not null check (octet_length(body) <= 25 * 1024 * 1024),
    bytes integer generated always as (octet_length(body)) stored,
    foreign key (lead_id, activity_id) references activity (lead_id, id)
);
create index attachment_by_lead on attachment (lead_id);

-- Withdrawn leads are in no list and in no count.
create or replace view card as
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
left join product p on p.id = l.product_id
where l.withdrawn_at is null;

create or replace view lost_lead as
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
where s.closed_at is null and l.withdrawn_at is null;

create or replace function count_stages() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into stage_count as c (owner_id, queue_id, stage_id, leads, value_base_minor)
        select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, count(*), coalesce(sum(value_base_minor), 0)
        from after_change where standing_loss_id is null and withdrawn_at is null
        group by 1, 2, 3 order by 1, 2, 3
        on conflict (owner_id, queue_id, stage_id) do update
            set leads = c.leads + excluded.leads, value_base_minor = c.value_base_minor + excluded.value_base_minor;
    else
        insert into stage_count as c (owner_id, queue_id, stage_id, leads, value_base_minor)
        select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, sum(leads), sum(value)
        from (select owner_id, queue_id, stage_id, 1 as leads, coalesce(value_base_minor, 0) as value
              from after_change where standing_loss_id is null and withdrawn_at is null
              union all
              select owner_id, queue_id, stage_id, -1, -coalesce(value_base_minor, 0)
              from before_change where standing_loss_id is null and withdrawn_at is null) as delta
        group by 1, 2, 3 having sum(leads) <> 0 or sum(value) <> 0 order by 1, 2, 3
        on conflict (owner_id, queue_id, stage_id) do update
            set leads = c.leads + excluded.leads, value_base_minor = c.value_base_minor + excluded.value_base_minor;
    end if;
    return null;
end $$;

-- A withdrawn lead rests: it comes back as it was, and then it may change.
create function withdrawn_leads_rest() returns trigger language plpgsql as $$
begin
    raise exception 'lead % is withdrawn: revive it first', new.id
        using errcode = 'integrity_constraint_violation', constraint = 'withdrawn_leads_rest';
end $$;
create trigger withdrawn_leads_rest before update on lead for each row
    when (old.withdrawn_at is not null and new.withdrawn_at is not null) execute function withdrawn_leads_rest();

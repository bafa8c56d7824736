-- Stages and loss reasons are data: names per language, order, and the rules that hang on them.

create table business_line (
    id bigint generated always as identity primary key,
    code text not null unique,
    name jsonb not null
);

create table stage (
    id bigint generated always as identity primary key,
    kind text not null unique check
        (kind in ('open', 'contacted', 'nurturing', 'qualified', 'negotiation', 'customer', 'inactive', 'unqualified')),
    position integer not null unique,
    name jsonb not null check (name ? 'en'),
    meaning jsonb not null check (meaning ? 'en'),
    -- Chance in percent that a lead in this stage becomes a customer; null where the question does not arise.
    win_probability smallint check (win_probability between 0 and 100),
    stale_days integer check (stale_days > 0),
    unique (id, kind)
);

create table loss_reason (
    id bigint generated always as identity primary key,
    code text not null unique,
    outcome text not null check (outcome in ('lost', 'unqualified')),
    position integer not null,
    name jsonb not null check (name ? 'en'),
    -- An excuse is what people say instead of the reason: it must be worked before it is believed.
    excuse boolean not null,
    informs text not null check (informs in
        ('price_policy', 'competition', 'communication', 'process', 'training', 'product', 'targeting')),
    non_target boolean not null default false,
    -- What has to be shown: [{"key": "turnover", "kind": "amount" | "text", "label": {"en": …}}, …]
    evidence jsonb not null default '[]' check (jsonb_typeof(evidence) = 'array'),
    attempts_needed smallint not null default 0 check (attempts_needed >= 0),
    channels_needed smallint not null default 0 check (channels_needed between 0 and attempts_needed),
    offers_recontact boolean not null default false,
    retired_at timestamptz,
    unique (id, outcome)
);

-- The combinations of direction × party × business line in which a reason makes sense; null stands for any.
create table loss_reason_scope (
    reason_id bigint not null references loss_reason,
    direction text check (direction in ('inbound', 'outbound')),
    party text check (party in ('person', 'company')),
    business_line_id bigint references business_line,
    unique nulls not distinct (reason_id, direction, party, business_line_id)
);

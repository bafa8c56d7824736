-- What a team sets for itself: who works when and on what, what things are called, what money is worth.

alter table organisation
    -- The month in which the fiscal year begins.
    add column fiscal_year_starts_in smallint not null default 1 check (fiscal_year_starts_in between 1 and 12);

create table currency (
    code text primary key check (code ~ '^[A-Z]{3}$'),
    -- How many digits its minor unit has.
    digits smallint not null default 2 check (digits between 0 and 4),
    -- Offered in forms.
    in_use boolean not null default false
);
insert into currency (code, digits, in_use) values
    ('EUR', 2, true), ('USD', 2, true), ('TRY', 2, true), ('GBP', 2, false), ('CHF', 2, false), ('RUB', 2, false),
    ('IRR', 2, false), ('AED', 2, false), ('INR', 2, false), ('JPY', 0, false), ('PLN', 2, false), ('SEK', 2, false),
    ('AZN', 2, false), ('KZT', 2, false), ('CAD', 2, false), ('AUD', 2, false), ('CNY', 2, false), ('SAR', 2, false);

-- What one unit of a currency is worth in the organisation's, from this day on.
create table currency_rate (
    currency text not null references currency,
    from_day date not null,
    rate numeric(20, 10) not null check (rate > 0),
    primary key (currency, from_day)
);

-- The amount in the organisation's currency (minor units) at the day's rate; null where no rate is known for the day.
create function base_amount(amount_minor bigint, amount_currency text, on_day date) returns bigint
language sql stable as $$
    select case when o.base_currency = amount_currency then amount_minor
           else (select round(amount_minor * r.rate * power(10::numeric, b.digits - c.digits))::bigint
                 from currency_rate r join currency c on c.code = r.currency join currency b on b.code = o.base_currency
                 where r.currency = amount_currency and r.from_day <= on_day
                 order by r.from_day desc limit 1) end
    from organisation o
$$;

-- Retired words stay on what they were used for and are offered no more.
alter table source add column retired_at timestamptz;
alter table product add column retired_at timestamptz;
alter table segment add column retired_at timestamptz,
    -- Who answers for it.
    add column owner_id bigint references app_user;
alter table campaign add column retired_at timestamptz,
    add column source_id bigint references source,
    add column starts_on date, add column ends_on date,
    add constraint campaign_ends_after_it_starts check (ends_on >= starts_on);
alter table business_line add column retired_at timestamptz;

-- What a campaign cost in a month (its first day).
create table campaign_spend (
    campaign_id bigint not null references campaign,
    month date not null check (extract(day from month) = 1),
    amount_minor bigint not null check (amount_minor >= 0),
    currency text not null references currency,
    amount_base_minor bigint not null,
    primary key (campaign_id, month)
);

alter table team add column closed_at timestamptz,
    -- Null: the organisation's.
    add column time_zone text;

-- When a team works; a team without rows works by the organisation's hours (team_id null).
create table opening_hours (
    team_id bigint references team,
    -- 1 is Monday, as in ISO 8601.
    weekday smallint not null check (weekday between 1 and 7),
    opens time not null,
    closes time not null,
    check (opens < closes),
    unique nulls not distinct (team_id, weekday, opens)
);
insert into opening_hours (weekday, opens, closes) select day, '09:00', '18:00' from generate_series(1, 5) as day;

create table holiday (
    id bigint generated always as identity primary key,
    -- Null: for everybody.
    team_id bigint references team,
    on_day date not null,
    name text not null check (btrim(name) <> ''),
    unique nulls not distinct (team_id, on_day)
);

alter table app_user
    -- Takes over while they are away.
    add column backup_id bigint references app_user check (backup_id <> id),
    -- Open leads that they can work at once; null: no limit.
    add column capacity integer check (capacity > 0),
    add column invited_at timestamptz,
    -- Null: whatever their browser says. Nobody has chosen one yet.
    alter column language drop default,
    alter column language drop not null;
update app_user set language = null;

create table absence (
    id bigint generated always as identity primary key,
    user_id bigint not null references app_user,
    first_day date not null,
    last_day date not null,
    check (first_day <= last_day)
);
create index absence_by_user on absence (user_id, first_day);

-- What somebody can do: speak a language, sell a product, know a segment or a region.
create table skill (
    user_id bigint not null references app_user,
    kind text not null check (kind in ('language', 'product', 'segment', 'region')),
    value text not null check (btrim(value) <> ''),
    primary key (user_id, kind, value)
);

-- An invitation's link carries a random secret, this table only its SHA-256. A new one replaces the old.
create table invitation (
    user_id bigint primary key references app_user,
    secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
    created_by bigint references app_user,
    created_at timestamptz not null,
    expires_at timestamptz not null
);

-- Who changed what was set, and when. Append-only like all history.
create table setting_change (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    actor_id bigint references app_user,
    -- Which kind of thing, which one, and what about it: codes, not prose.
    subject text not null,
    subject_id bigint,
    detail jsonb not null default '{}',
    -- The request that did it: the same one again does nothing new.
    key text check (length(key) between 8 and 64),
    unique (actor_id, key)
);
create index setting_change_by_subject on setting_change (subject, subject_id, id);
create trigger setting_change_is_append_only before update or delete on setting_change
    for each row execute function history_is_append_only();

-- Where nobody can sign in yet, whoever reads the server's log may set winback up: the link there carries a random token,
-- this table only its SHA-256. All of them are gone once one was used.
create table setup_token (
    secret_hash bytea primary key check (octet_length(secret_hash) = 32),
    created_at timestamptz not null
);

-- Who works here, who may see what, and who is signed in. One installation is one company: no tenant column anywhere.

create extension if not exists pg_trgm;

create table organisation (
    -- Exactly one row: the primary key can only be true.
    only_one boolean primary key default true check (only_one),
    name text not null default 'winback',
    base_currency text not null default 'EUR' check (base_currency ~ '^[A-Z]{3}$'),
    time_zone text not null default 'Europe/Istanbul',
    -- A small team may let everyone read every lead; writing stays with owner, team's manager and admin.
    everyone_reads_all boolean not null default false
);
insert into organisation default values;

create table team (
    id bigint generated always as identity primary key,
    name text not null unique check (btrim(name) <> '')
);

create table app_user (
    id bigint generated always as identity primary key,
    email text not null check (email like '%_@_%'),
    email_key text not null unique check (email_key <> ''),
    name text not null check (btrim(name) <> ''),
    role text not null check (role in ('rep', 'manager', 'admin')),
    tier text check (tier in ('sdr', 'junior', 'mid', 'senior', 'account_director')),
    team_id bigint references team,
    language text not null default 'en',
    time_zone text,
    password_hash text,
    created_at timestamptz not null,
    closed_at timestamptz,
    -- A rep always has a tier and a team: routing and visibility stand on both.
    constraint rep_has_tier_and_team check (role <> 'rep' or (tier is not null and team_id is not null))
);
create index app_user_by_team on app_user (team_id);

create table team_manager (
    team_id bigint not null references team,
    user_id bigint not null references app_user,
    primary key (team_id, user_id)
);

-- Leads without a person wait in a queue, and a queue always has a named manager: never nowhere.
create table queue (
    id bigint generated always as identity primary key,
    name text not null unique check (btrim(name) <> ''),
    team_id bigint not null references team,
    manager_id bigint not null references app_user
);

-- The cookie holds a random secret, this table only its SHA-256: a stolen backup signs nobody in.
create table session (
    secret_hash bytea primary key check (octet_length(secret_hash) = 32),
    user_id bigint not null references app_user,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    agent text not null default ''
);
create index session_by_user on session (user_id);
create index session_by_expiry on session (expires_at);

-- Failed sign-ins, for throttling; swept when older than the window.
create table sign_in_failure (
    id bigint generated always as identity primary key,
    email_key text not null,
    client text not null,
    at timestamptz not null
);
create index sign_in_failure_by_email on sign_in_failure (email_key, at);
create index sign_in_failure_by_client on sign_in_failure (client, at);

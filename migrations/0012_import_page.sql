-- Imports from the browser: the file waits while its columns are mapped, mappings are kept, a running import can be
-- cancelled, and a finished one can be taken back.

create table upload (
    id bigint generated always as identity primary key,
    user_id bigint not null references app_user,
    name text not null,
    body bytea not null,
    at timestamptz not null
);
create index upload_by_age on upload (at);

-- The same text as a preset file, so that the command line and the page share them.
create table import_preset (
    id bigint generated always as identity primary key,
    name text not null unique check (btrim(name) <> ''),
    preset jsonb not null,
    saved_by bigint references app_user,
    saved_at timestamptz not null
);

alter table job drop constraint job_state_check;
alter table job add constraint job_state_check check (state in ('queued', 'running', 'done', 'failed', 'cancelled'));
alter table job
    -- Who asked for it; null for what winback does by itself.
    add column requested_by bigint references app_user,
    -- Somebody wants it to stop: its worker does so between two transactions.
    add column cancel_requested_at timestamptz,
    -- Made once per intent: the same request again finds the job that it began.
    add column request_key text check (length(request_key) between 8 and 64);
create unique index job_by_request on job (requested_by, request_key) where request_key is not null;
create index job_by_kind on job (kind, id desc);

alter table import_batch
    -- Taken back: its leads are withdrawn, but for those that were worked since.
    add column withdrawn_at timestamptz,
    add column withdrawn_by bigint references app_user,
    -- The job that takes it back.
    add column withdraw_job_id bigint,
    -- The file's columns, above the rejected rows' cells.
    add column columns jsonb;

-- Why, as data: whoever reads it chooses the language.
alter table import_rejection add column problem jsonb;

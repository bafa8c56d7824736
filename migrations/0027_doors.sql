-- What an import brought for everybody can go with it, a job says as data why it failed, and an account is found by a part
-- of its name without reading all of them.

-- Why it failed, for saying it in any language; `error` says the same in English.
alter table job add column problem jsonb check (jsonb_typeof(problem) in ('object', 'string'));

-- Names and fields that an import was the first to bring.
create table import_word (
    kind text not null check (kind in ('source', 'product', 'segment', 'campaign', 'custom_field')),
    word_id bigint not null,
    batch_id bigint not null references import_batch,
    -- Retired when its import was taken back: as long as the word's own moment is the same, that is why.
    retired_at timestamptz,
    primary key (kind, word_id)
);
create index import_word_by_batch on import_word (batch_id);

create index account_by_name_part on account using gin (name_key gin_trgm_ops);

-- Triggers fire in the order of their names. Losing, winning and reopening lock the rows of result_count before those of
-- stage_count: so does withdrawing from now on, and two writers never wait crosswise.
alter trigger count_results_of_withdrawn on lead rename to before_stages_count_results_of_withdrawn;

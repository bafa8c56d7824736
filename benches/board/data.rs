//! Leads in numbers, made up in SQL: through all constraints and triggers, spread over owners, stages and sources, with
//! names, phones and addresses as real ones are. What triggers keep word by word is written at the end instead, at once, as
//! the migrations do: a million leads are made in minutes. The same number gives the same leads.

use crate::Trouble;
use sqlx::{AssertSqlSafe, PgPool};
use winback::fold::fold;

/// Leads per transaction.
const AT_ONCE: i64 = 25_000;

const FIRST: &[&str] = &[
    "Ayşe",
    "Mehmet",
    "Zeynep",
    "Ömer",
    "Çiğdem",
    "İbrahim",
    "Şule",
    "Oğuz",
    "Gülşen",
    "Hüseyin",
    "Elif",
    "Barış",
    "Irmak",
    "Tuğba",
    "Kâmil",
    "Nergis",
    "Анна",
    "Дмитрий",
    "Светлана",
    "Алексей",
    "Наталья",
    "Сергей",
    "Юлия",
    "Фёдор",
    "مریم",
    "حسین",
    "زهرا",
    "علی",
    "فاطمه",
    "رضا",
    "James",
    "Grace",
    "Oliver",
    "Chloë",
    "François",
    "Søren",
    "Łukasz",
    "Jürgen",
    "Inés",
    "Beatriz",
];
const MIDDLE: &[&str] = &[
    "Aksoy", "Balcı", "Candan", "Dağ", "Erkan", "Fırat", "Göktaş", "Işık", "Kaplan", "Lale", "Morkoç", "Nalbant",
    "Özbek", "Polat", "Sağlam", "Tunç", "Uysal", "Vural", "Yücel", "Zorlu", "Petrov", "Ahmadi", "Miller", "Novák",
];
const LAST: &[&str] = &[
    "Yılmaz",
    "Demir",
    "Şahin",
    "Çelik",
    "Yıldız",
    "Öztürk",
    "Arslan",
    "Doğan",
    "Kılıç",
    "Aydın",
    "Kaya",
    "Koç",
    "Kurt",
    "Özdemir",
    "Şimşek",
    "Polat",
    "Korkmaz",
    "Güneş",
    "Acar",
    "Bulut",
    "Иванов",
    "Смирнова",
    "Кузнецов",
    "Попова",
    "رضایی",
    "کریمی",
    "محمدی",
    "احمدی",
    "Smith",
    "Taylor",
    "Brown",
    "Wilson",
    "García",
    "Müller",
    "Nowak",
    "Andersson",
    "Ergün",
    "Sezer",
    "Tekin",
    "Uçar",
    "Akgün",
    "Bozkurt",
    "Ceylan",
    "Duman",
    "Erdem",
    "Fidan",
    "Gürbüz",
    "Karaca",
    "Mutlu",
    "Sönmez",
];
const COMPANIES: &[&str] = &[
    "Tekstil A.Ş.",
    "Gıda Ltd.",
    "Makine Sanayi",
    "Klinik",
    "Lojistik",
    "Yazılım",
    "Mobilya",
    "Turizm",
    "Holding",
    "Trading GmbH",
    "Systems Ltd",
    "Завод",
];
const CITIES: &[&str] = &["İstanbul", "Ankara", "İzmir", "Bursa", "Antalya", "Москва", "تهران", "Berlin", "London"];
const STEPS: &[&str] = &[
    "Call about the estimate",
    "Send the offer once more",
    "Ask who decides",
    "Invite to the demo",
    "Teklifi sor",
    "Numune gönder",
];

/// What a database is filled with.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// All leads.
    pub leads: i64,
    /// Every so-manieth is open: on the board, in one of the five stages of the pipeline. Of the others one in four is a
    /// customer, the rest is lost.
    pub one_open_in: i64,
}

/// Fills a migrated database that has the demo team in it.
pub async fn fill(pool: &PgPool, amount: Amount) -> Result<(), Trouble> {
    write_words(pool).await?;
    for statement in [
        "insert into source (name, key) select 'Source ' || n, 'source ' || n from generate_series(1, 8) n",
        "insert into product (name, key) select 'Product ' || n, 'product ' || n from generate_series(1, 6) n",
        "insert into import_batch (job_id, file_name, preset, created_at) values (0, 'crm.csv', 'bench', '2024-01-01')",
    ] {
        sqlx::query(statement).execute(pool).await?;
    }
    // Sorting once is quicker than a million places in a tree.
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
         from pg_index i join pg_class c on c.oid = i.indrelid
         where c.relname in ('lead', 'activity', 'loss', 'win', 'search_entry') and not i.indisunique",
    )
    .fetch_all(pool)
    .await?;
    for (name, _) in &indexes {
        run(pool, &format!("drop index {name}")).await?;
    }
    for (table, trigger) in LATER {
        run(pool, &format!("alter table {table} disable trigger {trigger}")).await?;
    }
    let mut from = 1;
    while from <= amount.leads {
        let to = (from + AT_ONCE - 1).min(amount.leads);
        let mut transaction = pool.begin().await?;
        for statement in [LEADS, HISTORY, TALKS, LOSSES, WINS] {
            sqlx::query(statement)
                .bind(from)
                .bind(to)
                .bind(amount.one_open_in)
                .execute(&mut *transaction)
                .await
                .map_err(|error| format!("{error} in {statement}"))?;
        }
        transaction.commit().await?;
        from = to + 1;
    }
    for (_, definition) in indexes.iter().filter(|(name, _)| !name.starts_with("search_entry")) {
        run(pool, definition).await?;
    }
    run(pool, "analyze").await?;
    for statement in [CONTACTS, DOCUMENTS, ENTRIES, DICTIONARY] {
        run(pool, statement).await?;
    }
    for (_, definition) in indexes.iter().filter(|(name, _)| name.starts_with("search_entry")) {
        run(pool, definition).await?;
    }
    for (table, trigger) in LATER {
        run(pool, &format!("alter table {table} enable trigger {trigger}")).await?;
    }
    for statement in [
        "select setval(pg_get_serial_sequence('lead', 'id'), (select max(id) from lead))",
        "select setval(pg_get_serial_sequence('loss', 'id'), coalesce((select max(id) from loss), 1))",
        "drop table bench_word",
        "vacuum analyze",
        "checkpoint",
    ] {
        run(pool, statement).await?;
    }
    Ok(())
}

/// What these keep is written at the end.
const LATER: [(&str, &str); 4] = [
    ("lead", "search_new_leads"),
    ("activity", "search_new_activity"),
    ("activity", "contact_follows_talks"),
    ("loss", "search_new_loss"),
];

const CONTACTS: &str = "
select count(recount_lead_contact(lead_id)) from (select distinct lead_id from activity where direction is not null) as talked";

const DOCUMENTS: &str = "
insert into search_doc (lead_id, holder, words, keys, notes) select lead_id, holder, words, keys, notes from search_fresh";

const ENTRIES: &str = "
insert into search_entry (lead_id, holder, in_note, word)
select lead_id, holder, false, word from search_doc
cross join lateral (select unnest(words) union select unnest(keys)) as of_lead (word)
union all select lead_id, holder, true, unnest(notes) from search_doc";

const DICTIONARY: &str = "
insert into search_word (word)
select distinct word from (select unnest(words) as word from search_doc union all select unnest(notes) from search_doc) as every
where word !~ '[0-9]' and length(word) between 2 and 24 and not exists (select from search_word w where w.word = every.word)";

async fn run(pool: &PgPool, statement: &str) -> Result<(), Trouble> {
    let mut connection = pool.acquire().await?;
    sqlx::query("set statement_timeout = 0").execute(&mut *connection).await?;
    sqlx::query(AssertSqlSafe(statement.to_owned()))
        .execute(&mut *connection)
        .await
        .map_err(|error| format!("{error} in {statement}"))?;
    Ok(())
}

/// The words, with their keys by the one function that folds.
async fn write_words(pool: &PgPool) -> Result<(), Trouble> {
    run(
        pool,
        "create unlogged table bench_word (kind text, place integer, word text, key text, primary key (kind, place))",
    )
    .await?;
    let lists = [
        ("first", FIRST),
        ("middle", MIDDLE),
        ("last", LAST),
        ("company", COMPANIES),
        ("city", CITIES),
        ("step", STEPS),
    ];
    for (kind, words) in lists {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let keys: Vec<String> = words.iter().map(|word| fold(word)).collect();
        sqlx::query(
            "insert into bench_word select $1, place - 1, word, key from unnest($2::text[], $3::text[]) with ordinality as w (word, key, place)",
        )
        .bind(kind)
        .bind(words)
        .bind(keys)
        .execute(pool)
        .await?;
    }
    Ok(())
}

/// `$1` to `$2` are the numbers, one in `$3` is open. `dice(n)` of a number is chance that can be had again.
const LEADS: &str = "
with reps as (
    select array_agg(id order by id) as ids from app_user where role = 'rep' and email <> 'ayse@demo.winback'
), pipeline as (
    select array_agg(id order by position) as ids, array_agg(kind order by position) as kinds from stage where position <= 5
), counts as (
    select count(*) filter (where kind = 'first') as firsts, count(*) filter (where kind = 'middle') as middles,
           count(*) filter (where kind = 'last') as lasts, count(*) filter (where kind = 'company') as companies,
           count(*) filter (where kind = 'city') as cities, count(*) filter (where kind = 'step') as steps
    from bench_word
), drawn as (
    select g, g % $3 = 0 as is_open, g % $3 <> 0 and g % 4 = 1 as is_won,
           (hashint8(g) & 2147483647) as a, (hashint8(g + 1000000007) & 2147483647) as b,
           (hashint8(g + 2000000011) & 2147483647) as c
    from generate_series($1::bigint, $2::bigint) g
), chosen as (
    select d.*, d.b % 5 as stage, timestamptz '2026-11-01' - make_interval(mins => d.c % 1500000) as arose,
           f.word || ' ' || m.word || ' ' || l.word as name, f.key || ' ' || m.key || ' ' || l.key as name_key,
           case when d.c % 3 = 0 then l.word || ' ' || o.word end as company,
           case when d.c % 3 = 0 then l.key || ' ' || o.key end as company_key,
           'k' || d.g || '.' || d.b % 997 || '@example.' || (array['com', 'org', 'net'])[1 + d.a % 3] as email,
           '+90 5' || 30 + d.a % 20 || ' ' || lpad((d.g % 1000)::text, 3, '0') || ' '
               || lpad((d.g / 1000 % 100)::text, 2, '0') || ' ' || lpad((d.b % 100)::text, 2, '0') as phone,
           t.word as city, s.word as step
    from drawn d cross join counts n
    join bench_word f on f.kind = 'first' and f.place = d.a % n.firsts
    join bench_word m on m.kind = 'middle' and m.place = d.b % n.middles
    join bench_word l on l.kind = 'last' and l.place = d.c % n.lasts
    join bench_word o on o.kind = 'company' and o.place = d.a % n.companies
    join bench_word t on t.kind = 'city' and t.place = d.c % n.cities
    join bench_word s on s.kind = 'step' and s.place = d.b % n.steps
)
insert into lead (id, direction, party, name, company, email, phone, city, source_id, product_id, import_batch_id,
                  search_key, phone_key, email_key, value_minor, currency, value_base_minor, temperature, owner_id, queue_id,
                  next_step, next_step_channel, next_step_due, stage_id, stage_kind, stage_entered_at, rank, run_started_at,
                  standing_loss_id, standing_outcome, arose_at, recorded_at)
overriding system value
select g, case when a % 4 = 0 then 'outbound' else 'inbound' end, case when company is null then 'person' else 'company' end,
       name, company, email, phone, city, often.source, often.product, i.id,
       name_key || coalesce(E'\\n' || company_key, '') || E'\\n' || email || E'\\n' || regexp_replace(phone, '[^0-9]', '', 'g'),
       right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), email,
       v.minor, case when v.minor is not null then 'EUR' end, v.minor,
       (array['hot', 'warm', 'cold', null])[1 + b % 4],
       case when h.in_queue then null when is_open and g / $3 % 2 = 0 then x.ayse else r.ids[1 + c % cardinality(r.ids)] end,
       case when h.in_queue then q.id end,
       case when h.has_step then step end, case when h.has_step then (array['call', 'email', 'whatsapp', 'meeting'])[1 + a % 4] end,
       case when h.has_step then timestamptz '2026-11-20' + make_interval(hours => a % 700 - 150) end,
       case when is_won then w.id else p.ids[1 + stage] end, case when is_won then w.kind else p.kinds[1 + stage] end,
       arose + interval '2 days', 'zz' || lpad(to_hex(a % 16777216), 6, '0') || 'V', arose,
       case when not is_open and not is_won then g end, case when not is_open and not is_won then 'lost' end, arose, arose
from chosen
cross join reps r cross join pipeline p
cross join (select id from app_user where email = 'ayse@demo.winback') x (ayse)
cross join (select id from import_batch limit 1) i
cross join (select id from queue order by id limit 1) q
cross join (select id, kind from stage where kind = 'customer') w
cross join lateral (select is_open and c % 40 = 7 as in_queue, is_open and b % 10 < 7 as has_step) h
-- One source and one product have two fifths of the leads, the last has few.
cross join lateral (select 1 + floor(8 * pow(a % 1000 / 1000.0, 2.3))::bigint as source,
                           1 + floor(6 * pow(b % 1000 / 1000.0, 2))::bigint as product) often
cross join lateral (select case when b % 10 < 8 then (a % 90000 + 1000) * 100::bigint end as minor) v
order by g";

const HISTORY: &str = "
insert into activity (lead_id, kind, at, move_version)
select id, case when g.is_open then 'created' else 'imported' end, recorded_at, 0
from lead cross join lateral (select id % $3 = 0 as is_open) g where id between $1 and $2 order by id";

/// What was noted about an open lead.
const TALKS: &str = "
insert into activity (lead_id, kind, actor_id, at, direction, body)
select l.id, k.kind, l.owner_id, l.recorded_at + k.after, k.direction, k.body
from lead l cross join (values
    ('note', interval '1 hour', null, 'Asked for prices of two models and when they can be there.'),
    ('call', interval '1 day', 'outbound', 'Was in a meeting; call again in the afternoon.')) as k (kind, after, direction, body)
where l.id between $1 and $2 and l.id % $3 = 0 order by l.id, k.after";

const LOSSES: &str = "
insert into loss (id, lead_id, outcome, reason_id, at, recorded_at, owner_id, stage_id, note, attempt_exception,
                  import_batch_id, search_key)
overriding system value
select l.id, l.id, 'lost', r.id, l.arose_at + interval '40 days', l.arose_at + interval '40 days',
       l.owner_id, l.stage_id, 'Bought elsewhere', 'imported', l.import_batch_id, 'bought elsewhere'
from lead l cross join (select id from loss_reason where code = 'price_too_high') r
where l.id between $1 and $2 and l.standing_loss_id is not null and $3 > 0 order by l.id";

const WINS: &str = "
insert into win (lead_id, move_version, won_on, recorded_at, owner_id, product_id, amount_minor, currency, amount_base_minor,
                 import_batch_id)
select l.id, 0, (l.arose_at + interval '30 days')::date, l.recorded_at, l.owner_id, l.product_id, l.value_minor, l.currency,
       l.value_base_minor, l.import_batch_id
from lead l where l.id between $1 and $2 and l.stage_kind = 'customer' and $3 > 0 order by l.id";

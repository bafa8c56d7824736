//! The facts as a file that the browser keeps, and what is filtered as a file that people keep.

use super::{
    api::{ListPage, ListRow, ListSort},
    cockpit::Behind,
    facts::RunOutcome,
    selection::Selection,
    shelf, store,
};
use crate::{
    error::AppError,
    format::minor_digits,
    i18n::{Locale, td_string},
    people::guard::{Permit, SignedIn},
    server::{
        download::{BYTE_ORDER_MARK, as_download, line},
        state::App,
    },
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use http::{HeaderMap, StatusCode, header};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};
use std::collections::HashMap;

/// Rows of an export that are read at a time.
const PART: usize = 500;
/// A sheet of a workbook holds no more rows.
const LONGEST_SHEET: usize = 1_048_575;

/// All runs that the viewer may read, as columns. The browser keeps them and asks whether they are still the same.
pub async fn facts(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let permit = Permit::on_behalf_of(&app, signed_in.viewer, signed_in.zone);
    let published = shelf::publish(&app, &permit).await?;
    let kept = [
        (header::ETAG, published.tag.clone()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::VARY, "cookie".to_owned()),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|tag| is_same(tag.as_bytes(), &published.tag)) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    // Compressed on the way, so that the length does not say how much is to come.
    let size = [("x-facts-size", published.bytes.len().to_string())];
    let media_type = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok((kept, size, media_type, published.bytes).into_response())
}

/// Compression makes a tag a weak one; the bytes behind it are the same.
fn is_same(asked: &[u8], tag: &str) -> bool {
    asked
        .split(|byte| *byte == b',')
        .any(|one| one.trim_ascii().strip_prefix(b"W/").unwrap_or(one.trim_ascii()) == tag.as_bytes())
}

/// The leads behind the figures as CSV or XLSX, all pages of them.
pub async fn export(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    Path(kind): Path<String>,
    Query(words): Query<HashMap<String, String>>,
) -> Result<Response, AppError> {
    if !["csv", "xlsx"].contains(&kind.as_str()) {
        return Err(AppError::NotFound);
    }
    let permit = Permit::on_behalf_of(&app, signed_in.viewer, signed_in.zone);
    let word = |name: &str| words.get(name).cloned();
    let page = ListPage {
        behind: word("list").and_then(|word| word.parse().ok()).unwrap_or(Behind::Losses),
        sort: word("sort").and_then(|word| word.parse().ok()).unwrap_or(ListSort::Date),
        descending: word("order").as_deref() != Some("up"),
        page: 0,
    };
    let locale = word("lang").and_then(|word| word.parse().ok()).unwrap_or(Locale::en);
    let language = leptos_i18n::Locale::as_str(locale);
    let runs = shelf::ordered(&app, &permit, &Selection::read(word), &page, language).await?;
    let mut rows = Vec::with_capacity(runs.len());
    for part in runs.chunks(PART) {
        rows.extend(store::listed(&permit, part).await?);
    }
    let currency = store::head(&permit).await?.currency;
    let sheet = Sheet { locale, currency, rows };
    match kind.as_str() {
        "csv" => Ok(as_download("losses.csv", "text/csv; charset=utf-8", Body::from(sheet.csv()))),
        "xlsx" => {
            // A workbook of many rows takes a while to write.
            let written = tokio::task::spawn_blocking(move || sheet.xlsx()).await;
            let bytes = written.map_err(|_| AppError::Internal)?.map_err(|error| {
                tracing::error!(%error, "cannot write a workbook");
                AppError::Internal
            })?;
            let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            Ok(as_download("losses.xlsx", media_type, Body::from(bytes)))
        }
        _ => Err(AppError::NotFound),
    }
}

struct Sheet {
    locale: Locale,
    currency: String,
    rows: Vec<ListRow>,
}

impl Sheet {
    fn heads(&self) -> [String; 10] {
        let locale = self.locale;
        [
            td_string!(locale, analytics.head_number).to_string(),
            td_string!(locale, analytics.head_lead).to_string(),
            td_string!(locale, analytics.head_external).to_string(),
            td_string!(locale, analytics.head_outcome).to_string(),
            td_string!(locale, analytics.reason).to_string(),
            td_string!(locale, analytics.head_stage).to_string(),
            td_string!(locale, analytics.rep).to_string(),
            td_string!(locale, analytics.head_began).to_string(),
            td_string!(locale, analytics.head_ended).to_string(),
            format!("{} ({})", td_string!(locale, analytics.head_value), self.currency),
        ]
    }

    /// What stands in a row before its days and its value.
    fn texts(&self, row: &ListRow) -> [String; 7] {
        let language = leptos_i18n::Locale::as_str(self.locale);
        let name = |names: &Option<crate::ids::Names>| {
            names.as_ref().map_or_else(String::new, |names| names.pick(language).to_owned())
        };
        [
            row.lead.to_string(),
            row.name.clone().unwrap_or_default(),
            row.external_id.clone().unwrap_or_default(),
            outcome(self.locale, row.outcome),
            name(&row.reason),
            name(&row.stage),
            row.holder.clone(),
        ]
    }

    /// Minor units as a number of whole ones.
    fn amount(&self, minor: i64) -> String {
        let digits = minor_digits(&self.currency);
        let unit = 10i64.pow(digits);
        match digits {
            0 => minor.to_string(),
            _ => format!("{}.{:0width$}", minor / unit, (minor % unit).abs(), width = digits as usize),
        }
    }

    fn csv(&self) -> Vec<u8> {
        let mut bytes = [BYTE_ORDER_MARK, &line(self.heads().into_iter())].concat();
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        for row in &self.rows {
            let amount = row.minor.map(|minor| self.amount(minor)).unwrap_or_default();
            let cells = self.texts(row).into_iter().chain([day(row.started_on), day(row.ended_on), amount]);
            bytes.extend(line(cells));
        }
        bytes
    }

    /// Texts are written as texts, so that none of them is a formula.
    fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let (head, day_format) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"));
        for part in self.rows.chunks(LONGEST_SHEET).chain(self.rows.is_empty().then_some(&[][..])) {
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            sheet.set_freeze_panes(1, 0)?;
            for (column, text) in (0..).zip(self.heads()) {
                sheet.write_string_with_format(0, column, text, &head)?;
            }
            for (place, row) in (1..).zip(part) {
                sheet.write_number(place, 0, row.lead.0 as f64)?;
                for (column, text) in (0..).zip(self.texts(row)).skip(1) {
                    sheet.write_string(place, column, text)?;
                }
                for (column, day) in [(7, row.started_on), (8, row.ended_on)] {
                    if let Some(day) = day {
                        let day = ExcelDateTime::parse_from_str(&day.to_string())?;
                        sheet.write_datetime_with_format(place, column, &day, &day_format)?;
                    }
                }
                if let Some(amount) = row.minor.and_then(|minor| self.amount(minor).parse::<f64>().ok()) {
                    sheet.write_number(place, 9, amount)?;
                }
            }
        }
        workbook.save_to_buffer()
    }
}

fn outcome(locale: Locale, outcome: RunOutcome) -> String {
    match outcome {
        RunOutcome::Open => td_string!(locale, analytics.run_open).to_string(),
        RunOutcome::Won => td_string!(locale, analytics.run_won).to_string(),
        RunOutcome::Lost => td_string!(locale, analytics.run_lost).to_string(),
        RunOutcome::Unqualified => td_string!(locale, analytics.run_unqualified).to_string(),
    }
}

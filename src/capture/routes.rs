//! Files up and down: an upload with its own size limit, the rejected rows and the mappings as files.

use super::{
    problems::LARGEST_FILE,
    store::{presets, runs, uploads},
};
use crate::{
    error::AppError,
    i18n::Locale,
    people::guard::{Permit, SignedIn},
    server::{
        download::{BYTE_ORDER_MARK, as_download, line},
        state::App,
    },
};
use axum::{
    Extension, Json,
    body::{Body, to_bytes},
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_stream::{StreamExt, wrappers::ReceiverStream};

/// A file's name is kept to this many characters.
const LONGEST_NAME: usize = 200;
/// Rejected rows that are read at a time.
const PART: i64 = 500;

/// What comes with an upload.
#[derive(Deserialize)]
pub struct Named {
    /// The file's name.
    name: String,
}

/// What an upload is known by.
#[derive(Serialize)]
pub struct Kept {
    /// Its id.
    upload: i64,
}

fn managing(app: &App, signed_in: SignedIn) -> Result<Permit, AppError> {
    let permit = Permit::on_behalf_of(app, signed_in.viewer, signed_in.zone);
    if permit.viewer().manages() { Ok(permit) } else { Err(AppError::Forbidden) }
}

/// Takes a file in; the body is the file.
pub async fn upload(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    Query(Named { name }): Query<Named>,
    body: Body,
) -> Response {
    // Whoever may not import is told before the file is read.
    let permit = match managing(&app, signed_in) {
        Ok(permit) => permit,
        Err(error) => return error.into_response(),
    };
    let Ok(bytes) = to_bytes(body, LARGEST_FILE).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let name: String = name.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect();
    match uploads::keep(&permit, name.trim(), &bytes).await {
        Ok(upload) => Json(Kept { upload }).into_response(),
        Err(error) => error.into_response(),
    }
}

/// In which language the file speaks.
#[derive(Deserialize)]
pub struct Spoken {
    #[serde(default)]
    lang: String,
}

/// An import's rejected rows, with their numbers and reasons, as a CSV file that can be mended and imported again.
pub async fn rejected(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    Path(run): Path<i64>,
    Query(Spoken { lang }): Query<Spoken>,
) -> Result<Response, AppError> {
    let permit = managing(&app, signed_in)?;
    let found = runs::run(&permit, run).await?;
    let columns = runs::columns(&permit, run).await?;
    let locale = lang.parse().unwrap_or(Locale::en);
    let (send, receive) = mpsc::channel::<Result<Vec<u8>, AppError>>(4);
    tokio::spawn(async move {
        let mut part = Ok(header_line(locale, &columns));
        let mut after = 0;
        // Whoever closed the connection needs no more.
        while send.send(part).await.is_ok() {
            part = match runs::rejected_rows(&permit, run, after, PART).await {
                Ok(rows) => {
                    let Some(last) = rows.last() else { break };
                    after = last.row;
                    Ok(lines(locale, rows))
                }
                Err(error) => Err(error),
            };
        }
    });
    let stem = found.file.rsplit_once('.').map_or(found.file.as_str(), |(stem, _)| stem).to_owned();
    let body = Body::from_stream(ReceiverStream::new(receive).map(|part| part.map_err(std::io::Error::other)));
    Ok(as_download(&format!("{stem}-rejected.csv"), "text/csv; charset=utf-8", body))
}

/// A kept or built-in mapping as a preset file.
pub async fn preset(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    Query(Named { name }): Query<Named>,
) -> Result<Response, AppError> {
    let permit = managing(&app, signed_in)?;
    let mut presets = super::preset::Preset::built_in();
    presets.extend(presets::kept(permit.pool()).await?);
    let preset = presets.into_iter().find(|preset| preset.name == name).ok_or(AppError::NotFound)?;
    let text = preset.to_toml().ok_or(AppError::Internal)?;
    Ok(as_download(&format!("{name}.toml"), "application/toml; charset=utf-8", Body::from(text)))
}

fn header_line(locale: Locale, columns: &[String]) -> Vec<u8> {
    use crate::i18n::td_string;
    let (row, reason) = (td_string!(locale, capture.csv_row), td_string!(locale, capture.csv_reason));
    let cells = [row.to_string(), reason.to_string()].into_iter().chain(columns.iter().cloned());
    [BYTE_ORDER_MARK, &line(cells)].concat()
}

fn lines(locale: Locale, rows: Vec<runs::RejectedRow>) -> Vec<u8> {
    let line_of = |row: runs::RejectedRow| {
        let reason = row.rejection.problem.map_or(row.rejection.reason, |problem| problem.say(locale));
        line([row.row.to_string(), reason].into_iter().chain(row.cells))
    };
    rows.into_iter().flat_map(line_of).collect()
}

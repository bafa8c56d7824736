//! How files come in and go out: as they are, over routes of their own, since no server function carries megabytes.

use super::{
    api::documents::{AttachAnswer, AttachRefusal},
    rules::documents::{LARGEST_FILE, disposition},
    store::documents::{NewFile, attach, file, may_attach},
};
use crate::{
    error::AppError,
    ids::{AttachmentId, LeadId, RequestKey},
    people::guard::{Permit, SignedIn},
    server::state::App,
};
use axum::{
    Extension, Json,
    body::{Body, to_bytes},
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;

/// What a file is and where it goes; its bytes are the body.
#[derive(Debug, Deserialize)]
pub struct Upload {
    lead: LeadId,
    name: String,
    key: RequestKey,
}

/// Takes a file. Whether it may come is asked before its body is read.
///
/// # Errors
/// [`AppError::NotUnderstood`] for a request that our page does not make, [`AppError::NotFound`] where there is no such lead.
pub async fn receive(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    Query(upload): Query<Upload>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<AttachAnswer>, AppError> {
    let permit = Permit::on_behalf_of(&app, signed_in.viewer, signed_in.zone);
    if !upload.key.is_sound() || upload.name.contains('\0') {
        return Err(AppError::NotUnderstood);
    }
    if !may_attach(&permit, upload.lead).await? {
        return Ok(Json(AttachAnswer::Refused { why: AttachRefusal::NotYours }));
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let said = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    let too_large = Ok(Json(AttachAnswer::Refused { why: AttachRefusal::TooLarge }));
    if said.is_some_and(|length| length > LARGEST_FILE) {
        return too_large;
    }
    // A body that breaks off is told from one that is too long by how much of it came.
    let Ok(body) = to_bytes(body, LARGEST_FILE).await else {
        return if said.is_some() { Err(AppError::NotUnderstood) } else { too_large };
    };
    let media_type = text(header::CONTENT_TYPE).unwrap_or_default();
    attach(&permit, upload.lead, &NewFile { name: &upload.name, media_type, body: &body }, &upload.key).await.map(Json)
}

/// Hands a file out: to keep, never to run or show inside winback.
///
/// # Errors
/// [`AppError::NotFound`] where there is none that the viewer may read.
pub async fn hand_out(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<AttachmentId>,
) -> Result<Response, AppError> {
    let permit = Permit::on_behalf_of(&app, signed_in.viewer, signed_in.zone);
    let file = file(&permit, id).await?;
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| AppError::Internal);
    let mut answer = file.body.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, value(&file.media_type)?);
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition(&file.name))?);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(answer)
}

// SPDX-License-Identifier: Apache-2.0
//! The OpenAPI document, put together from every domain's routes, and the rights that it shows.

use hinomi_platform::App;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::error::Problem;
use crate::{API_BASE, CSRF_HEADER, SESSION_COOKIE, routes};

/// The extension that names an operation's permission.
pub const PERMISSION: &str = "x-hinomi-permission";

/// Operations that need nobody to be signed in: `METHOD path`.
pub const PUBLIC_OPERATIONS: &[&str] = &[
    "POST /api/v1/session",
    "POST /api/v1/session/link",
    "GET /api/v1/openapi.json",
    // Hosts sign with a secret of their own.
    "POST /api/v1/inventory/enrol",
    "POST /api/v1/inventory/push",
];

/// One operation and the permission it says it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationRight {
    pub method: &'static str,
    pub path: String,
    pub permission: Option<String>,
}

impl OperationRight {
    /// Whether it needs nobody to be signed in.
    pub fn is_public(&self) -> bool {
        PUBLIC_OPERATIONS.contains(&format!("{} {}", self.method, self.path).as_str())
    }
}

/// Every operation of a document, in the document's order.
pub fn operations(document: &OpenApi) -> Vec<OperationRight> {
    let mut rights = Vec::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in methods(item) {
            let extensions = operation.extensions.as_ref();
            let permission = extensions
                .and_then(|extensions| extensions.get(PERMISSION))
                .and_then(|value| value.as_str())
                .map(str::to_owned);
            rights.push(OperationRight { method, path: path.clone(), permission });
        }
    }
    rights
}

/// The whole document.
pub fn document(domains: Vec<OpenApiRouter<App>>) -> OpenApi {
    assemble(domains).1
}

pub(crate) fn assemble(domains: Vec<OpenApiRouter<App>>) -> (axum::Router<App>, OpenApi) {
    let own = routes::api();
    let all = domains.into_iter().fold(own, OpenApiRouter::merge);
    let (router, mut document) = OpenApiRouter::new().nest(API_BASE, all).split_for_parts();
    document.info = InfoBuilder::new()
        .title("Hinomi")
        .version("1")
        .description(Some(
            "Lists are paged by key: ask again with `after` set to `next`. Errors are RFC 9457.",
        ))
        .license(Some(utoipa::openapi::License::new("Apache-2.0")))
        .build();
    document.servers = None;
    describe_security(&mut document);
    for item in document.paths.paths.values_mut() {
        for operation in methods_mut(item) {
            complete(operation);
        }
    }
    (router, document)
}

fn describe_security(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::default);
    let cookie = ApiKeyValue::with_description(
        SESSION_COOKIE,
        &format!("The session. Methods that change something also send its CSRF token in `{CSRF_HEADER}`."),
    );
    let scheme = RefOr::T(SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components.security_schemes.insert("session".to_owned(), scheme);
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    let mut inner = Vec::new();
    Problem::schemas(&mut inner);
    components.schemas.extend(inner);
}

/// What every operation has in common: who may ask, and how it fails.
fn complete(operation: &mut Operation) {
    let guarded = operation.extensions.as_ref().is_some_and(|extensions| extensions.contains_key(PERMISSION));
    let security =
        if guarded { vec![SecurityRequirement::new("session", Vec::<String>::new())] } else { Vec::new() };
    operation.security = Some(security);
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let failed = ResponseBuilder::new()
        .description("What went wrong")
        .content("application/problem+json", problem)
        .build();
    operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(failed));
}

fn methods(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("DELETE", &item.delete),
        ("PATCH", &item.patch),
        ("HEAD", &item.head),
        ("OPTIONS", &item.options),
        ("TRACE", &item.trace),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn methods_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
        &mut item.head,
        &mut item.options,
        &mut item.trace,
    ];
    all.into_iter().filter_map(Option::as_mut)
}

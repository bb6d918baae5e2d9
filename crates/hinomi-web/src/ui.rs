// SPDX-License-Identifier: Apache-2.0
//! The embedded pages: a static single-page application from `web/build`.
//!
//! Files under `/_app/immutable/` carry their content's hash in their name and are kept for ever; everything else is
//! asked for again with its tag. An address without a file is a page of the application: `index.html`.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hinomi_platform::{App, settings};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::ApiError;

#[derive(RustEmbed)]
#[folder = "../../web/build"]
#[allow_missing = true]
struct Pages;

const INDEX: &str = "index.html";
const IMMUTABLE: &str = "_app/immutable/";
/// Fonts for paper that the built pages carry: none in a binary without pages.
pub fn fonts() -> &'static [&'static [u8]] {
    static FONTS: LazyLock<Vec<&'static [u8]>> = LazyLock::new(|| {
        let files = Pages::iter().filter(|name| name.starts_with("fonts/") && name.ends_with(".ttf"));
        // A debug build reads them from the disk: once, for as long as the program runs.
        let bytes = |name: Cow<'static, str>| match Pages::get(&name)?.data {
            Cow::Borrowed(bytes) => Some(bytes),
            Cow::Owned(bytes) => Some(&*bytes.leak()),
        };
        files.filter_map(bytes).collect()
    });
    &FONTS
}

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Hinomi</title>\
    <h1>Hinomi</h1><p>This binary was built without its pages. Build them with <code>cargo xtask ui</code> and build \
    again. The API is at <code>/api/v1</code>, its description at \
    <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p></html>";

/// No inline script but the ones that the application's own start page carries, by their hash.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let index =
        Pages::get(INDEX).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default();
    policy_for(&index)
});

pub(crate) fn content_security_policy() -> &'static str {
    &POLICY
}

fn policy_for(index: &str) -> String {
    let mut scripts = String::from("script-src 'self'");
    for script in inline_scripts(index) {
        scripts.push_str(&format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes()))));
    }
    // Charts and the virtual table place things by style attributes.
    format!(
        "default-src 'none'; {scripts}; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

fn inline_scripts(html: &str) -> Vec<&str> {
    html.split("<script")
        .skip(1)
        .filter_map(|rest| {
            let (attributes, rest) = rest.split_once('>')?;
            let (body, _) = rest.split_once("</script>")?;
            (!attributes.contains("src=") && !body.is_empty()).then_some(body)
        })
        .collect()
}

/// Answers everything that is not the API.
pub(crate) async fn page(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") || path == "api" {
        return ApiError::of_status(StatusCode::NOT_FOUND).into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::of_status(StatusCode::METHOD_NOT_ALLOWED).into_response();
    }
    answer(path, request.headers(), chosen_language(&app).await, Pages::get)
}

/// The language that the instance speaks to whom it does not know yet; `None` while nobody chose one, so that the
/// browser's counts. A database that does not answer keeps nobody from the pages.
async fn chosen_language(app: &App) -> Option<&'static str> {
    let stored = settings::get(app, settings::DEFAULT_LOCALE.name).await.ok()?;
    let word = stored.json();
    let known = settings::DEFAULT_LOCALE.words.iter().copied().find(|known| word.as_str() == Some(*known));
    known.filter(|_| stored.version > 0)
}

/// The file at `path`, else the application's start page, else a word on why there is none.
fn answer(
    path: &str,
    request: &HeaderMap,
    language: Option<&str>,
    get: impl Fn(&str) -> Option<EmbeddedFile>,
) -> Response {
    if !path.is_empty()
        && let Some(response) = file(path, request, &get)
    {
        return response;
    }
    let is_page = !path.starts_with("_app/") && !path.rsplit('/').next().unwrap_or_default().contains('.');
    if !is_page {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    }
    let start = match language {
        Some(language) => start_page(language, request, &get),
        None => file(INDEX, request, &get),
    };
    start.unwrap_or_else(|| Html(NOT_BUILT).into_response())
}

/// The start page in the instance's language, told to the script that runs before the first paint.
fn start_page(
    language: &str,
    request: &HeaderMap,
    get: &impl Fn(&str) -> Option<EmbeddedFile>,
) -> Option<Response> {
    let built = get(INDEX)?;
    let said = format!("<html lang=\"{language}\" data-locale=\"{language}\">");
    let page = String::from_utf8_lossy(&built.data).replacen("<html lang=\"en\">", &said, 1);
    let tag = format!("\"{}-{language}\"", hex::encode(&built.metadata.sha256_hash()[..12]));
    let mut response = crate::conditional(request, &tag, || Html(page).into_response());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(response)
}

fn file(path: &str, request: &HeaderMap, get: impl Fn(&str) -> Option<EmbeddedFile>) -> Option<Response> {
    let plain = get(path)?;
    let packed = accepts_gzip(request).then(|| get(&format!("{path}.gz"))).flatten();
    let is_packed = packed.is_some();
    // Each form of a file has a tag of its own, or a cache would hand out the wrong one.
    let form = if is_packed { "-gzip" } else { "" };
    let tag = format!("\"{}{form}\"", hex::encode(&plain.metadata.sha256_hash()[..12]));
    let kind = plain.metadata.mimetype().to_owned();
    let data = packed.map_or(plain.data, |packed| packed.data);
    let mut response = crate::conditional(request, &tag, || match data {
        Cow::Borrowed(bytes) => bytes.into_response(),
        Cow::Owned(bytes) => bytes.into_response(),
    });
    let text = kind.starts_with("text/") || kind.ends_with("javascript") || kind.ends_with("json");
    let kind = if text { format!("{kind}; charset=utf-8") } else { kind };
    let keep = if path.starts_with(IMMUTABLE) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let is_whole = response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&kind).ok()?);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if is_packed && is_whole {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some(response)
}

fn accepts_gzip(request: &HeaderMap) -> bool {
    let accepted =
        request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|encoding| {
        let mut parts = encoding.split(';').map(str::trim);
        parts.next() == Some("gzip") && parts.next() != Some("q=0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_start_pages_own_scripts_are_allowed() {
        let html =
            "<script src=\"/a.js\"></script><script>alert(1)</script><script type=\"module\">x</script>";
        assert_eq!(inline_scripts(html), vec!["alert(1)", "x"]);
        let policy = policy_for(html);
        assert!(
            policy
                .contains("script-src 'self' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=' 'sha256-")
        );
        assert!(!policy_for("").contains("sha256"));
    }

    /// A built application of three files.
    fn built(path: &str) -> Option<EmbeddedFile> {
        let data: &'static [u8] = match path {
            "index.html" => b"<!doctype html><html lang=\"en\">start",
            "_app/immutable/a.js" => b"script",
            "_app/immutable/a.js.gz" => b"packed",
            _ => return None,
        };
        let hash = Sha256::digest(data).into();
        let kind = if path.ends_with(".html") { "text/html" } else { "text/javascript" };
        let metadata = rust_embed::Metadata::__rust_embed_new(hash, None, None, kind);
        Some(EmbeddedFile { data: Cow::Borrowed(data), metadata })
    }

    async fn body(response: Response) -> Vec<u8> {
        axum::body::to_bytes(response.into_body(), 1_000).await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn any_address_is_a_page_but_files_are_files() {
        let none = HeaderMap::new();
        for path in ["", "tickets/1", "affected"] {
            let page = answer(path, &none, None, built);
            assert_eq!(
                (page.status(), &page.headers()[header::CACHE_CONTROL]),
                (StatusCode::OK, &HeaderValue::from_static("no-cache"))
            );
            assert_eq!(body(page).await, b"<!doctype html><html lang=\"en\">start", "{path}");
        }
        for path in ["_app/immutable/b.js", "robots.txt", "_app/x"] {
            assert_eq!(answer(path, &none, None, built).status(), StatusCode::NOT_FOUND, "{path}");
        }
        let plain = body(answer("tickets", &none, None, |_| None)).await;
        assert!(String::from_utf8(plain).unwrap().contains("cargo xtask ui"));
    }

    #[tokio::test]
    async fn hashed_files_are_kept_for_ever_and_sent_packed() {
        let mut headers = HeaderMap::new();
        let plain = answer("_app/immutable/a.js", &headers, None, built);
        assert_eq!(plain.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(plain.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        let plain_tag = plain.headers()[header::ETAG].clone();
        assert_eq!(body(plain).await, b"script");
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let packed = answer("_app/immutable/a.js", &headers, None, built);
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        let packed_tag = packed.headers()[header::ETAG].clone();
        assert_ne!(plain_tag, packed_tag);
        assert_eq!(body(packed).await, b"packed");
        headers.insert(header::IF_NONE_MATCH, packed_tag);
        assert_eq!(answer("_app/immutable/a.js", &headers, None, built).status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn the_start_page_speaks_the_language_of_the_instance() {
        let mut headers = HeaderMap::new();
        let page = answer("sign-in", &headers, Some("ja"), built);
        assert_eq!(page.headers()[header::CACHE_CONTROL], "no-cache");
        let tag = page.headers()[header::ETAG].clone();
        assert_eq!(body(page).await, b"<!doctype html><html lang=\"ja\" data-locale=\"ja\">start");
        headers.insert(header::IF_NONE_MATCH, tag);
        assert_eq!(answer("sign-in", &headers, Some("ja"), built).status(), StatusCode::NOT_MODIFIED);
        // What was kept in one language is not good for another.
        assert_eq!(answer("sign-in", &headers, Some("en"), built).status(), StatusCode::OK);
        assert_eq!(answer("sign-in", &headers, None, built).status(), StatusCode::OK);
    }

    #[test]
    fn gzip_is_sent_only_where_it_is_taken() {
        let mut headers = HeaderMap::new();
        assert!(!accepts_gzip(&headers));
        for (value, taken) in
            [("gzip, br", true), ("br;q=1, gzip;q=0.5", true), ("gzip;q=0", false), ("br", false)]
        {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(accepts_gzip(&headers), taken, "{value}");
        }
    }
}

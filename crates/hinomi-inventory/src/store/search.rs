// SPDX-License-Identifier: Apache-2.0
//! Components found by what people call them.

use super::components::{ComponentRow, component_columns};
use hinomi_db::{Db, DbError, values};

/// Components by a part of their name or by their whole purl, in the order of names.
pub(crate) async fn component_search(
    db: &Db,
    text: &str,
    ecosystem: Option<&str>,
    after: (&str, i64),
    limit: i64,
) -> Result<Vec<ComponentRow>, DbError> {
    let pattern = format!("%{}%", escape_like(&text.to_lowercase()));
    db.all(
        concat!(
            component_columns!(),
            "WHERE (lower(name) LIKE $1 ESCAPE '!' OR lower(package) LIKE $1 ESCAPE '!' OR purl = $2) \
             AND ($3 IS NULL OR ecosystem = $3) AND (name, id) > ($4, $5) ORDER BY name, id LIMIT $6"
        ),
        values![pattern, text.to_owned(), ecosystem.map(str::to_owned), after.0.to_owned(), after.1, limit],
    )
    .await
}

fn escape_like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Numbers of the components of that very name, or of that very package; letters' case does not count.
pub(crate) async fn ids_named(db: &Db, name: &str, limit: i64) -> Result<Vec<u32>, DbError> {
    // Two statements in one, so that each goes by its own index.
    let ids: Vec<i64> = db
        .column(
            "SELECT id FROM component WHERE lower(name) = lower($1) \
             UNION SELECT id FROM component WHERE lower(package) = lower($1) ORDER BY 1 LIMIT $2",
            values![name.to_owned(), limit],
        )
        .await?;
    Ok(ids.into_iter().map(|id| id as u32).collect())
}

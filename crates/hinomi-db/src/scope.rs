// SPDX-License-Identifier: Apache-2.0
//! A reader's scope inside a statement.

use hinomi_core::Scope;
use sea_query::{Expr, ExprTrait, IntoColumnRef, SelectStatement, SimpleExpr, UpdateStatement};

use crate::Value;

/// Up to this many ids are parameters of their own; more travel as one JSON list.
const LISTED_IDS: usize = 32;

/// Restricts a statement to the rows whose unit is in the scope.
pub trait ScopeFilter {
    /// `Scope::all()` adds nothing, not even a test for NULL; an empty scope finds nothing.
    fn within(&mut self, unit_column: impl IntoColumnRef, scope: &Scope) -> &mut Self;
}

impl ScopeFilter for SelectStatement {
    fn within(&mut self, unit_column: impl IntoColumnRef, scope: &Scope) -> &mut Self {
        if let Some(condition) = condition(unit_column, scope) {
            self.and_where(condition);
        }
        self
    }
}

impl ScopeFilter for UpdateStatement {
    fn within(&mut self, unit_column: impl IntoColumnRef, scope: &Scope) -> &mut Self {
        if let Some(condition) = condition(unit_column, scope) {
            self.and_where(condition);
        }
        self
    }
}

/// The condition by itself; `None` when everything may be seen.
pub fn condition(unit_column: impl IntoColumnRef, scope: &Scope) -> Option<SimpleExpr> {
    Some(is_one_of(Expr::col(unit_column), scope.unit_ids()?))
}

/// `column IN (…)` for any number of texts; an empty list finds nothing.
pub fn is_one_of<T: ToString>(column: SimpleExpr, texts: &[T]) -> SimpleExpr {
    if texts.is_empty() {
        return Expr::cust("1 = 0");
    }
    if texts.len() <= LISTED_IDS {
        return column.is_in(texts.iter().map(ToString::to_string));
    }
    let Value::Text(Some(list)) = Value::json_list(texts.iter().map(ToString::to_string)) else {
        return Expr::cust("1 = 0");
    };
    let mut ids = SelectStatement::new();
    ids.expr(Expr::cust("value")).from_function(sea_query::Func::cust("json_each").arg(list), "listed");
    column.in_subquery(ids)
}

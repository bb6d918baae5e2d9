// SPDX-License-Identifier: Apache-2.0
//! SQLite's dialect with numbered placeholders, so that `Expr::cust_with_values("x < $1", …)` means the same on both
//! engines. The builder's own dialect knows `?` only and would leave `$1` in the text without its value.

use std::fmt::Write;

use sea_query::{
    BinOper, EscapeBuilder, ExplainStatement, Expr, Oper, OperLeftAssocDecider, OrderExpr, PrecedenceDecider,
    QueryBuilder, Quote, QuotedBuilder, SelectInto, SelectStatement, SqlWriter, SqliteQueryBuilder,
    SubQueryOper, SubQueryStatement, TableRefBuilder, UnionType, Value, WithClause,
};

#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberedSqlite;

const BASE: SqliteQueryBuilder = SqliteQueryBuilder;

impl QuotedBuilder for NumberedSqlite {
    fn quote(&self) -> Quote {
        BASE.quote()
    }
}

impl EscapeBuilder for NumberedSqlite {
    fn write_escaped(&self, buffer: &mut impl Write, text: &str) {
        BASE.write_escaped(buffer, text);
    }

    fn unescape_string(&self, text: &str) -> String {
        BASE.unescape_string(text)
    }
}

impl TableRefBuilder for NumberedSqlite {}

impl PrecedenceDecider for NumberedSqlite {
    fn inner_expr_well_known_greater_precedence(&self, inner: &Expr, outer: &Oper) -> bool {
        BASE.inner_expr_well_known_greater_precedence(inner, outer)
    }
}

impl OperLeftAssocDecider for NumberedSqlite {
    fn well_known_left_associative(&self, operator: &BinOper) -> bool {
        BASE.well_known_left_associative(operator)
    }
}

impl QueryBuilder for NumberedSqlite {
    fn placeholder(&self) -> (&'static str, bool) {
        ("$", true)
    }

    fn prepare_select_into(&self, into: &SelectInto, sql: &mut impl SqlWriter) {
        BASE.prepare_select_into(into, sql);
    }

    fn prepare_sub_query_oper(&self, operator: &SubQueryOper, sql: &mut impl SqlWriter) {
        BASE.prepare_sub_query_oper(operator, sql);
    }

    fn prepare_bin_oper(&self, operator: &BinOper, sql: &mut impl SqlWriter) {
        BASE.prepare_bin_oper(operator, sql);
    }

    fn prepare_union_statement(
        &self,
        union_type: UnionType,
        select: &SelectStatement,
        sql: &mut impl SqlWriter,
    ) {
        // SQLite takes no parentheses around the parts of a compound select. Writing to memory cannot fail.
        let _written = sql.write_str(match union_type {
            UnionType::Intersect => " INTERSECT ",
            UnionType::Distinct => " UNION ",
            UnionType::Except => " EXCEPT ",
            UnionType::All => " UNION ALL ",
            // The enum is open; a kind that we do not know is left to the builder's own dialect.
            _ => return BASE.prepare_union_statement(union_type, select, sql),
        });
        self.prepare_select_statement(select, sql);
    }

    fn prepare_query_statement(&self, query: &SubQueryStatement, sql: &mut impl SqlWriter) {
        match query {
            SubQueryStatement::SelectStatement(statement) => self.prepare_select_statement(statement, sql),
            SubQueryStatement::InsertStatement(statement) => self.prepare_insert_statement(statement, sql),
            SubQueryStatement::UpdateStatement(statement) => self.prepare_update_statement(statement, sql),
            SubQueryStatement::DeleteStatement(statement) => self.prepare_delete_statement(statement, sql),
            SubQueryStatement::WithStatement(statement) => self.prepare_with_query(statement, sql),
        }
    }

    fn prepare_explain_statement(&self, statement: &ExplainStatement, sql: &mut impl SqlWriter) {
        BASE.prepare_explain_statement(statement, sql);
    }

    fn prepare_with_clause_recursive_options(&self, clause: &WithClause, sql: &mut impl SqlWriter) {
        BASE.prepare_with_clause_recursive_options(clause, sql);
    }

    fn prepare_order_expr(&self, order: &OrderExpr, sql: &mut impl SqlWriter) {
        BASE.prepare_order_expr(order, sql);
    }

    fn prepare_value(&self, value: Value, sql: &mut impl SqlWriter) {
        sql.push_param(value, self);
    }

    fn greatest_function(&self) -> &str {
        BASE.greatest_function()
    }

    fn least_function(&self) -> &str {
        BASE.least_function()
    }

    fn char_length_function(&self) -> &str {
        BASE.char_length_function()
    }

    fn insert_default_values(&self, rows: u32, sql: &mut impl SqlWriter) {
        BASE.insert_default_values(rows, sql);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_query::{ExprTrait, Query};

    #[test]
    fn a_numbered_placeholder_takes_its_value_as_often_as_it_is_named() {
        let mut select = Query::select();
        select
            .expr(Expr::cust_with_values("a < $2 OR b = $1 OR c = $1", ["x", "y"]))
            .from("t")
            .and_where(Expr::col("d").eq("z"));
        let (sql, values) = select.build(NumberedSqlite);
        assert_eq!(sql, r#"SELECT a < $1 OR b = $2 OR c = $3 FROM "t" WHERE "d" = $4"#);
        assert_eq!(values.0.len(), 4);
    }
}

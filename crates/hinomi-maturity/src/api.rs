// SPDX-License-Identifier: Apache-2.0
//! HTTP of the Maturity Monitor.

mod change;
mod rules;
mod show;

use hinomi_web::{App, OpenApiRouter, routes};

/// This crate's routes, relative to the API's base.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show::maturity_months))
        .routes(routes!(show::maturity_get))
        .routes(routes!(show::maturity_trend))
        .routes(routes!(show::maturity_rows))
        .routes(routes!(show::maturity_gap))
        .routes(routes!(show::maturity_formulas))
        .routes(routes!(rules::maturity_ranks))
        .routes(routes!(rules::maturity_formula_list, rules::maturity_formula_file))
        .routes(routes!(rules::maturity_formula_try))
        .routes(routes!(rules::maturity_formula_get))
        .routes(routes!(rules::maturity_approval_list, rules::maturity_approval_add))
        .routes(routes!(rules::maturity_approval_revoke))
        .routes(routes!(change::maturity_correct))
        .routes(routes!(change::maturity_close))
        .routes(routes!(rules::maturity_dual_run_list, rules::maturity_dual_run_begin))
        .routes(routes!(change::maturity_target_list, change::maturity_target_set))
        .routes(routes!(change::external_rating_list, change::external_rating_add))
        .routes(routes!(change::external_rating_import))
}

// SPDX-License-Identifier: Apache-2.0
//! `hinomi openapi`: the HTTP interface, described by the code that serves it.

use std::process::ExitCode;

use crate::console::put;
use crate::wiring;

/// Print the OpenAPI document of the HTTP interface
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi openapi > openapi.json")]
pub(crate) struct OpenapiArgs {}

pub(crate) fn run(_args: &OpenapiArgs) -> anyhow::Result<ExitCode> {
    put(&serde_json::to_string_pretty(&hinomi_web::openapi::document(wiring::routes(
        &hinomi_risk::RiskState::default(),
    )))?)?;
    Ok(ExitCode::SUCCESS)
}

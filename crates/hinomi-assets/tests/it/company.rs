// SPDX-License-Identifier: Apache-2.0
//! A small company: HQ over JP (department D1 with section S1) and EU (department D2).

use hinomi_core::{Actor, Scope, Time, UnitId};
use hinomi_db::{Db, Migration};
use hinomi_org::model::sheet::SheetKind;
use hinomi_org::{Act, org_import, tree_at};
use hinomi_platform::App;

pub(crate) const SETS: &[&[Migration]] = &[
    hinomi_org::MIGRATIONS,
    hinomi_assets::MIGRATIONS,
    hinomi_inventory::MIGRATIONS,
    hinomi_platform::MIGRATIONS,
];

const UNITS: &str = "code,kind,name,name_ja,parent_code,valid_from\n\
    HQ,group,Head Office,本社,,2025-01-01\nJP,region,Japan,,HQ,2025-01-01\nEU,region,Europe,,HQ,2025-01-01\n\
    D1,department,Sales,営業,JP,2025-01-01\nS1,section,Sales 1,,D1,2025-01-01\nD2,department,Works,,EU,2025-01-01\n";

pub(crate) async fn company(app: &App) {
    let actor = console();
    let act = everything(app, &actor);
    org_import(&act, SheetKind::Units, UNITS.as_bytes(), false).await.unwrap();
}

pub(crate) fn console() -> Actor {
    hinomi_platform::testing::console()
}

pub(crate) fn everything<'a>(app: &'a App, actor: &'a Actor) -> Act<'a> {
    Act::new(app, actor, Scope::all())
}

pub(crate) fn now() -> Time {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

pub(crate) async fn unit(db: &Db, code: &str) -> UnitId {
    tree_at(db, now()).await.unwrap().by_code(code).unwrap().id
}

/// A department and everything below it.
pub(crate) async fn below(db: &Db, code: &str) -> Scope {
    let tree = tree_at(db, now()).await.unwrap();
    Scope::units(tree.subtree(tree.by_code(code).unwrap().id))
}

// SPDX-License-Identifier: Apache-2.0
//! Where a hazard stands: its tickets by the units right below the group, as its page and the mails of who sees all of it show.

use std::collections::BTreeMap;

use hinomi_charts::{HeatMap, HeatRow};
use hinomi_core::UnitId;
use hinomi_org::model::TreeNode;
use hinomi_platform::App;

use crate::ReviewError;
use crate::letters::{Drawn, Words};

/// After what it is.
const PARAGRAPHS_BEFORE: usize = 2;

/// Of its tickets: the unit of each, and whether it shows the vulnerability still.
pub(in crate::hazards) async fn place(
    app: &App,
    number: &str,
    tickets: impl Iterator<Item = (String, bool)>,
) -> Result<Drawn, ReviewError> {
    let tree = hinomi_org::tree_at(&app.db, app.now()).await?;
    let mut rows: BTreeMap<usize, (&TreeNode, [i64; 2])> = BTreeMap::new();
    for (unit, is_open) in tickets {
        let path = unit.parse::<UnitId>().map(|unit| tree.path(unit)).unwrap_or_default();
        let Some(node) = path.get(1).or_else(|| path.first()).copied() else { continue };
        let place = tree.nodes().iter().position(|other| other.id == node.id).unwrap_or_default();
        let (_, counts) = rows.entry(place).or_insert((node, [0, 0]));
        counts[usize::from(!is_open)] += 1;
    }
    if rows.is_empty() {
        return Ok(Drawn::default());
    }
    let svg = |words: &Words| {
        HeatMap {
            title: words.say("hazard-picture", &[("number", number.to_owned())]),
            columns: ["hazard-picture-open", "hazard-picture-closed"].map(|key| words.say(key, &[])).to_vec(),
            rows: rows
                .values()
                .map(|(node, counts)| HeatRow {
                    name: words.name(&node.name, &node.name_ja).to_owned(),
                    counts: counts.to_vec(),
                })
                .collect(),
        }
        .svg()
    };
    Ok(Drawn::of(app, "place", svg, PARAGRAPHS_BEFORE).await)
}

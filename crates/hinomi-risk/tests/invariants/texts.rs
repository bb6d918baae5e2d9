// SPDX-License-Identifier: Apache-2.0
//! Every key of a text that the API hands out stands in the catalogue of each language.

use std::collections::BTreeSet;
use std::path::Path;

use hinomi_advisories::SeverityReason;
use hinomi_platform::settings::{SettingSpec, Values};
use hinomi_tickets::model::EventKind;

fn keys_of(language: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../locales").join(language);
    let mut keys = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let messages = text.lines().filter(|line| !line.starts_with([' ', '#', '}']));
        keys.extend(messages.filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned())));
    }
    keys
}

fn setting_keys(spec: &SettingSpec) -> Vec<String> {
    let key = spec.text_key();
    let mut keys = vec![format!("{key}-help"), key];
    if let Values::Whole { unit, .. } = spec.values {
        keys.push(format!("setting-unit-{}", unit.as_str()));
    }
    keys
}

#[test]
fn every_text_key_of_the_api_has_its_text_in_both_languages() {
    let own = hinomi_platform::settings::own(&hinomi_platform::Config::default());
    let specs = [own, hinomi_assets::settings::settings(), hinomi_advisories::settings()].concat();
    assert!(specs.len() >= 8, "{specs:?}");
    let mut keys: Vec<String> = specs.iter().flat_map(setting_keys).collect();
    keys.extend(EventKind::ALL.iter().map(|kind| kind.text_key().to_owned()));
    keys.extend(SeverityReason::TEXT_KEYS.map(str::to_owned));
    for language in ["en", "ja"] {
        let known = keys_of(language);
        let missing: Vec<&String> = keys.iter().filter(|key| !known.contains(*key)).collect();
        assert!(missing.is_empty(), "locales/{language}: {missing:?}");
    }
}

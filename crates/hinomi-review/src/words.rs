// SPDX-License-Identifier: Apache-2.0
//! Texts of the catalogues for what leaves the house by mail, in the reader's language.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

/// The same catalogue in each language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts {
    pub(crate) english: &'static [&'static str],
    pub(crate) japanese: &'static [&'static str],
}

pub(crate) struct Words(FluentBundle<FluentResource>);

impl Words {
    pub(crate) fn new(locale: &str, texts: Texts) -> Self {
        let (language, texts) = if locale == "ja" { ("ja", texts.japanese) } else { ("en", texts.english) };
        let mut bundle = FluentBundle::new(language.parse().into_iter().collect());
        bundle.set_use_isolating(false);
        for text in texts {
            // A catalogue with a fault still says the rest; the house rules test that there is none.
            let resource =
                FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, _)| resource);
            let _same_key = bundle.add_resource(resource);
        }
        Self(bundle)
    }

    pub(crate) fn say(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.0.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.0.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

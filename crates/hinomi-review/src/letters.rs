// SPDX-License-Identifier: Apache-2.0
//! Mails of the outer loop: to whom, and in whose language.

use std::collections::BTreeSet;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use hinomi_core::{PersonId, Scope, SeatKind, Time, UnitId};
use hinomi_db::{Db, Tx};
use hinomi_org::SeatFilter;
use hinomi_platform::App;
use hinomi_platform::accounts::{self, Account};
use hinomi_platform::mail::{self, Mail, Picture};

use crate::ReviewError;

const ENGLISH: &str = include_str!("../../../locales/en/outer-loop.ftl");
const JAPANESE: &str = include_str!("../../../locales/ja/outer-loop.ftl");

/// Who holds a seat of these kinds in one of the units, or is deputy; each once.
pub(crate) async fn holders(
    db: &Db,
    units: &[UnitId],
    kinds: &[SeatKind],
    now: Time,
) -> Result<BTreeSet<PersonId>, ReviewError> {
    let filter = SeatFilter { units: Some(units.to_vec()), ..SeatFilter::default() };
    let seats = hinomi_org::seats_list(db, &Scope::all(), &filter, now).await?;
    Ok(seats
        .into_iter()
        .filter(|seat| kinds.contains(&seat.kind))
        .flat_map(|seat| [seat.holder, seat.deputy])
        .flatten()
        .map(|person| person.id)
        .collect())
}

/// Who holds a seat of these kinds anywhere.
pub(crate) async fn holders_anywhere(
    db: &Db,
    kinds: &[SeatKind],
    now: Time,
) -> Result<BTreeSet<PersonId>, ReviewError> {
    let seats = hinomi_org::seats_list(db, &Scope::all(), &SeatFilter::default(), now).await?;
    Ok(seats
        .into_iter()
        .filter(|seat| kinds.contains(&seat.kind))
        .flat_map(|seat| [seat.holder, seat.deputy])
        .flatten()
        .map(|person| person.id)
        .collect())
}

/// Those of the people who can be written to.
pub(crate) async fn readers(app: &App, people: &BTreeSet<PersonId>) -> Result<Vec<Account>, ReviewError> {
    let mut accounts = Vec::with_capacity(people.len());
    for person in people {
        let account = accounts::by_person(&app.db, *person).await?;
        accounts.extend(account.filter(|account| account.is_open(app.now())));
    }
    Ok(accounts)
}

/// What a mail says, in keys of the catalogue with their values.
pub(crate) struct Letter {
    /// Whoever gets it, gets it once.
    pub(crate) key: String,
    pub(crate) subject: &'static str,
    /// Paragraphs.
    pub(crate) lines: Vec<&'static str>,
    pub(crate) values: Vec<(&'static str, String)>,
    /// The page it speaks of, from the root.
    pub(crate) path: String,
    /// What that page shows.
    pub(crate) pictures: Drawn,
}

/// Pictures in the languages of their readers: drawn before anything is written, so that no transaction waits for them.
#[derive(Clone, Default)]
pub(crate) struct Drawn {
    en: Vec<Picture>,
    ja: Vec<Picture>,
}

impl Drawn {
    /// What `svg` makes with the words of each language, after so many paragraphs. Nothing where no mail goes out.
    pub(crate) async fn of(
        app: &App,
        name: &'static str,
        svg: impl Fn(&Words) -> String,
        after: usize,
    ) -> Self {
        if !app.config.mail {
            return Self::default();
        }
        let (en, ja) = (svg(&Words::new("en")), svg(&Words::new("ja")));
        Self { en: drawn(vec![(name, en)], after).await, ja: drawn(vec![(name, ja)], after).await }
    }

    fn in_language(&self, locale: &str) -> Vec<Picture> {
        if locale == "ja" { self.ja.clone() } else { self.en.clone() }
    }
}

/// How wide a picture of a mail is drawn, and how wide it is shown: sharp on fine screens.
const PICTURE_DOTS: u32 = 960;
const PICTURE_WIDTH: u32 = 480;

/// Pictures with their names, as a mail carries them after so many paragraphs. None where the program cannot draw: the words
/// of the mail say the same.
pub(crate) async fn drawn(pictures: Vec<(&'static str, String)>, after: usize) -> Vec<Picture> {
    let draw = move || {
        let picture = |(name, svg): (&'static str, String)| {
            let dots = hinomi_pdf::png(&svg, hinomi_web::fonts(), PICTURE_DOTS).ok()?;
            let height = dots.height * PICTURE_WIDTH / dots.width.max(1);
            let alt = hinomi_charts::in_words(&svg);
            Some(Picture::new(name, alt, after, (PICTURE_WIDTH, height), &dots.png))
        };
        pictures.into_iter().filter_map(picture).collect()
    };
    tokio::task::spawn_blocking(draw).await.unwrap_or_default()
}

/// Writes it to each of them; how many had not got it yet.
pub(crate) async fn write(
    tx: &mut Tx,
    app: &App,
    readers: &[Account],
    letter: &Letter,
) -> Result<usize, ReviewError> {
    let mut written = 0;
    for account in readers {
        let mail = mail_of(app, account, letter);
        let key = format!("{} {}", letter.key, account.person_id);
        let pictures = letter.pictures.in_language(&account.locale);
        let is_new = match pictures.is_empty() {
            true => mail::send_once(tx, app, &key, &mail).await?,
            false => mail::send_once_with(tx, app, &key, mail, pictures).await?,
        };
        written += usize::from(is_new);
    }
    Ok(written)
}

fn mail_of(app: &App, account: &Account, letter: &Letter) -> Mail {
    let words = Words::new(&account.locale);
    let mut text: Vec<String> = letter.lines.iter().map(|key| words.say(key, &letter.values)).collect();
    if let Some(url) = app.config.public_url.as_deref() {
        text.push(format!("{}{}", url.trim_end_matches('/'), letter.path));
    }
    Mail {
        to: account.email.clone(),
        to_name: account.name.clone(),
        subject: words.say(letter.subject, &letter.values),
        text: text.join("\n\n"),
    }
}

pub(crate) struct Words {
    bundle: FluentBundle<FluentResource>,
    is_japanese: bool,
}

impl Words {
    fn new(locale: &str) -> Self {
        let (language, text) = if locale == "ja" { ("ja", JAPANESE) } else { ("en", ENGLISH) };
        let mut bundle = FluentBundle::new(language.parse().into_iter().collect());
        bundle.set_use_isolating(false);
        // A catalogue with a fault still says the rest; the house rules test that there is none.
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let _same_key = bundle.add_resource(resource);
        Self { bundle, is_japanese: language == "ja" }
    }

    /// A name in this language, where it has one.
    pub(crate) fn name<'a>(&self, name: &'a str, name_ja: &'a str) -> &'a str {
        if self.is_japanese && !name_ja.is_empty() { name_ja } else { name }
    }

    pub(crate) fn say(&self, key: &str, values: &[(&str, String)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let args: FluentArgs<'_> =
            values.iter().map(|(name, value)| (*name, FluentValue::from(value.as_str()))).collect();
        self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

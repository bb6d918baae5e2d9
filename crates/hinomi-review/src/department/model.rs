// SPDX-License-Identifier: Apache-2.0
//! Questions, answers, causes, improvements: types and rules, pure.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_core::{PersonId, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ReviewError;
use crate::measures::Measure;

/// The questions that Hinomi starts with.
pub(crate) const SHIPPED: &str = include_str!("../../self-check/2026.toml");

const LONGEST_WORDS: usize = 5_000;
const LONGEST_TITLE: usize = 200;
const MOST_LINKS: usize = 20;
const MOST_QUESTIONS: usize = 100;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub code: String,
    /// The axis that it is about.
    pub axis: String,
    /// A yes wants words or a link that shows it.
    pub evidence: bool,
    pub en: String,
    pub ja: String,
}

/// A versioned set of questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionSet {
    pub(crate) version: String,
    /// YYYY-MM.
    pub(crate) valid_from: String,
    #[serde(rename = "question")]
    pub(crate) questions: Vec<Question>,
}

impl QuestionSet {
    pub(crate) fn parse(text: &str) -> Result<Self, ReviewError> {
        let invalid = |message: String| ReviewError::Invalid { field: "text", message };
        let set: Self = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
        if set.version.is_empty() || set.version.chars().count() > 40 {
            return Err(invalid("version wants 1 to 40 characters".to_owned()));
        }
        set.valid_from.parse::<hinomi_maturity::model::Month>()?;
        if set.questions.is_empty() || set.questions.len() > MOST_QUESTIONS {
            return Err(invalid(format!("wants 1 to {MOST_QUESTIONS} questions")));
        }
        let mut codes = BTreeSet::new();
        for question in &set.questions {
            let code = &question.code;
            let plain =
                |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
            if code.is_empty() || code.len() > 40 || !code.chars().all(plain) {
                return Err(invalid(format!("{code:?} is no code: a-z, 0-9 and - only")));
            }
            if !codes.insert(code) {
                return Err(invalid(format!("question {code} is asked twice")));
            }
            if hinomi_score::maturity::Axis::of_code(&question.axis).is_none() {
                return Err(invalid(format!("question {code}: {:?} is no axis", question.axis)));
            }
            if question.en.trim().is_empty() || question.ja.trim().is_empty() {
                return Err(invalid(format!("question {code} wants its words in both languages")));
            }
        }
        Ok(set)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerWord {
    Yes,
    Partly,
    No,
    NotApplicable,
}

/// What was answered, with what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub answer: AnswerWord,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub links: Vec<String>,
}

pub(crate) type Answers = BTreeMap<String, Answer>;

fn invalid(field: &'static str, message: impl Into<String>) -> ReviewError {
    ReviewError::Invalid { field, message: message.into() }
}

/// Addresses of the web: nothing that a browser would run.
pub(crate) fn is_link(link: &str) -> bool {
    let is_web = ["https://", "http://"].iter().any(|start| link.starts_with(start));
    (is_web || (link.starts_with('/') && !link.starts_with("//")))
        && link.len() <= 2_000
        && !link.chars().any(|letter| letter.is_control() || letter.is_whitespace())
}

/// What is answered is answered rightly; `whole`: and everything is.
pub(crate) fn check_answers(set: &QuestionSet, answers: &Answers, whole: bool) -> Result<(), ReviewError> {
    for (code, answer) in answers {
        if !set.questions.iter().any(|question| question.code == *code) {
            return Err(invalid("answers", format!("no question {code:?}")));
        }
        if answer.text.chars().count() > LONGEST_WORDS {
            return Err(invalid("answers", format!("{code}: at most {LONGEST_WORDS} characters")));
        }
        if answer.links.len() > MOST_LINKS || !answer.links.iter().all(|link| is_link(link)) {
            return Err(invalid("answers", format!("{code}: at most {MOST_LINKS} addresses of the web")));
        }
    }
    if !whole {
        return Ok(());
    }
    for question in &set.questions {
        let code = &question.code;
        let Some(answer) = answers.get(code) else {
            return Err(invalid("answers", format!("{code}: not answered")));
        };
        let says_nothing = answer.text.trim().is_empty();
        match answer.answer {
            AnswerWord::Yes if question.evidence && says_nothing && answer.links.is_empty() => {
                return Err(invalid("answers", format!("{code}: say or link what shows it")));
            }
            AnswerWord::Partly | AnswerWord::No if says_nothing => {
                return Err(invalid("answers", format!("{code}: say what is missing")));
            }
            AnswerWord::NotApplicable if says_nothing => {
                return Err(invalid("answers", format!("{code}: say why it does not apply")));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Kinds of causes that a department may name.
pub(crate) const CAUSES: [&str; 8] =
    ["capacity", "no-fix", "supplier", "change", "unknown-owner", "procedure", "measurement", "other"];

/// Why a figure is as it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCause {
    #[schema(value_type = String)]
    pub unit_id: UnitId,
    /// YYYY-MM.
    pub month: String,
    /// Such as `axis-system`, `tickets-overdue`.
    pub figure: String,
    /// `capacity`, `no-fix`, `supplier`, `change`, `unknown-owner`, `procedure`, `measurement`, `other`.
    pub cause: String,
    #[serde(default)]
    pub text: String,
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub responsible_id: Option<PersonId>,
}

impl NewCause {
    pub(crate) fn check(&self, figures: &[&str]) -> Result<(), ReviewError> {
        self.month.parse::<hinomi_maturity::model::Month>()?;
        if !figures.contains(&self.figure.as_str()) {
            return Err(invalid("figure", format!("{:?} is no figure", self.figure)));
        }
        if !CAUSES.contains(&self.cause.as_str()) {
            return Err(invalid("cause", format!("{:?} is not one of {}", self.cause, CAUSES.join(", "))));
        }
        if self.text.chars().count() > LONGEST_WORDS {
            return Err(invalid("text", format!("at most {LONGEST_WORDS} characters")));
        }
        if self.cause == "other" && self.text.trim().is_empty() {
            return Err(invalid("text", "say what the cause is"));
        }
        Ok(())
    }
}

/// What a department sets itself to do.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImprovement {
    #[schema(value_type = String)]
    pub unit_id: UnitId,
    /// The month whose figures led to it, YYYY-MM.
    pub month: String,
    pub title: String,
    #[serde(default)]
    pub text: String,
    pub measure: Measure,
    pub target: f64,
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub responsible_id: Option<PersonId>,
    /// YYYY-MM-DD.
    pub due_on: String,
}

impl NewImprovement {
    pub(crate) fn check(&self) -> Result<jiff::civil::Date, ReviewError> {
        self.month.parse::<hinomi_maturity::model::Month>()?;
        if self.title.trim().is_empty() || self.title.chars().count() > LONGEST_TITLE {
            return Err(invalid("title", format!("wants 1 to {LONGEST_TITLE} characters")));
        }
        if self.text.chars().count() > LONGEST_WORDS {
            return Err(invalid("text", format!("at most {LONGEST_WORDS} characters")));
        }
        if !self.target.is_finite() || self.target.abs() > 1e9 {
            return Err(invalid("target", "is no number that can be reached"));
        }
        self.measure.check()?;
        let day = self.due_on.parse().ok().filter(|_| self.due_on.len() == 10);
        day.ok_or_else(|| invalid("due_on", format!("{:?} is no day", self.due_on)))
    }
}

/// Words that end an improvement.
pub(crate) fn check_result(state: &str, result: &str) -> Result<(), ReviewError> {
    if !["done", "dropped"].contains(&state) {
        return Err(invalid("state", format!("{state:?} is not done or dropped")));
    }
    if result.trim().is_empty() || result.chars().count() > LONGEST_WORDS {
        return Err(invalid("result", format!("wants 1 to {LONGEST_WORDS} characters")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(answer: AnswerWord, text: &str) -> Answer {
        Answer { answer, text: text.to_owned(), links: Vec::new() }
    }

    #[test]
    fn the_shipped_questions_are_sound_and_of_every_axis() {
        let set = QuestionSet::parse(SHIPPED).unwrap();
        for axis in hinomi_score::maturity::Axis::ALL {
            assert!(set.questions.iter().any(|question| question.axis == axis.code()), "{axis:?}");
        }
        let twice = SHIPPED.replace("code = \"seats\"", "code = \"figures\"");
        assert!(QuestionSet::parse(&twice).unwrap_err().to_string().contains("twice"));
        assert!(QuestionSet::parse("version = 1").is_err());
    }

    #[test]
    fn a_check_is_whole_when_every_answer_says_what_it_must() {
        let set = QuestionSet::parse(SHIPPED).unwrap();
        let mut answers: Answers = set
            .questions
            .iter()
            .map(|one| (one.code.clone(), answer(AnswerWord::Yes, "seen on 3 November")))
            .collect();
        assert!(check_answers(&set, &answers, true).is_ok());
        let wrong = |code: &str, other: Answer| {
            let mut answers = answers.clone();
            answers.insert(code.to_owned(), other);
            (check_answers(&set, &answers, true).is_err(), check_answers(&set, &answers, false).is_err())
        };
        assert_eq!(
            wrong("overdue", answer(AnswerWord::Yes, " ")),
            (true, false),
            "a draft may lack its evidence"
        );
        assert_eq!(wrong("seats", answer(AnswerWord::Yes, "")), (false, false));
        assert_eq!(wrong("seats", answer(AnswerWord::No, "")), (true, false));
        assert_eq!(wrong("nothing", answer(AnswerWord::Yes, "x")), (true, true));
        let script = Answer { links: vec!["javascript:alert(1)".to_owned()], ..answer(AnswerWord::Yes, "x") };
        assert_eq!(wrong("seats", script), (true, true));
        answers.remove("leavers");
        assert!(check_answers(&set, &answers, true).unwrap_err().to_string().contains("leavers"));
    }

    #[test]
    fn links_lead_into_the_web_or_the_house() {
        assert!(is_link("https://intra.example.test/a") && is_link("/tickets/4"));
        assert!(!is_link("//evil.example") && !is_link("javascript:x") && !is_link("https://a b"));
    }
}

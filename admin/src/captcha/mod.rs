//! Captchas: what keeps a program from guessing passwords by the thousand, asked before a password is looked
//! at. A picture of some characters, or, for whoever cannot see it, a small sum in words.
//!
//! Nothing is kept of a puzzle until it is answered: the browser holds the answer sealed with the master key,
//! bound to the token of its forms, so any node takes it. It is good for five minutes and for one answer,
//! right or wrong.

mod picture;
mod sum;

#[cfg(test)]
pub use sum::solve;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::Language;

use crate::name_key::name_key;
use crate::pages::text::texts;
use crate::pages::{Failure, Form, Reader};
use crate::question::{Occasion, Question, QuestionError};
use crate::state::State;

const LIFE: Duration = Duration::from_mins(5);
/// So many wait for a picture to be drawn; all others are asked a question, which costs nothing.
pub const MOST_WAITING: usize = 16;

texts! {
    /// Around a puzzle.
    CaptchaTexts {
        characters: "图片中的字符", "The characters in the picture";
        picture: "一张包含五个字符的图片", "A picture of five characters";
        hint: "不区分大小写。", "Capital or small letters make no difference.";
        digits: "请用数字回答。", "Answer in digits.";
        other: "看不清？改为回答问题", "Cannot read it? Answer a question instead";
        needed: "请先完成下方的验证，再继续。", "To go on, please do the check below.";
        wrong: "验证答案缺失、不正确或已过期，请重试。", "The answer to the check was missing, wrong or too old. Please try again.";
    }
}

/// What a reader is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Picture,
    Question,
}

/// A puzzle as a form shows it (`captcha.html`).
pub struct Puzzle {
    pub t: &'static CaptchaTexts,
    pub sealed: String,
    pub shown: Shown,
}

pub enum Shown {
    /// A `data:` URL.
    Picture(String),
    /// A question in the reader's language.
    Question(String),
}

impl Kind {
    /// What the reader was asked before, or asks for now.
    #[must_use]
    pub fn chosen(form: &Form) -> Self {
        if form.get("captcha_kind") == "question" || is_other_wanted(form) {
            Self::Question
        } else {
            Self::Picture
        }
    }
}

/// Whether the form was sent only to be asked something else.
#[must_use]
pub fn is_other_wanted(form: &Form) -> bool {
    !form.get("captcha_other").is_empty()
}

/// What is told to whoever did not answer, or wrongly.
#[must_use]
pub fn refusal(form: &Form, language: Language) -> &'static str {
    let t = CaptchaTexts::of(language);
    if form.get("captcha").is_empty() {
        t.needed
    } else {
        t.wrong
    }
}

/// A new puzzle. Where so many pictures are being drawn that this one would wait, it is a question.
pub async fn puzzle(state: &State, reader: &Reader, kind: Kind) -> Result<Puzzle, Failure> {
    let drawn = match kind {
        Kind::Picture => state.turns.captchas.run_if_room(picture::draw).await?,
        Kind::Question => None,
    };
    let (answer, shown) = if let Some(drawn) = drawn {
        let (answer, png) = drawn.ok_or(Failure::Internal)?;
        let url = format!("data:image/png;base64,{}", STANDARD.encode(png));
        (answer, Shown::Picture(url))
    } else {
        let (answer, question) = sum::ask(reader.language);
        (answer, Shown::Question(question))
    };
    let question = Question::new(answer, state.clock.now(), LIFE);
    Ok(Puzzle {
        t: CaptchaTexts::of(reader.language),
        sealed: question.seal(&state.sealer, occasion(&reader.csrf_field()))?,
        shown,
    })
}

/// Whether the form brings the right answer to a puzzle of this browser that was not answered before.
pub async fn is_answered(state: &State, reader: &Reader, form: &Form) -> Result<bool, Failure> {
    let (now, whose) = (state.clock.now(), reader.csrf_field());
    let field = form.get("captcha");
    let Ok(question) = Question::<String>::open(&state.sealer, occasion(&whose), field, now) else {
        return Ok(false);
    };
    let mut tx = state.store.begin().await?;
    let taken = question.take_answer(&mut tx).await;
    tx.commit().await?;
    match taken {
        Ok(()) => Ok(name_key(form.get("captcha_answer")) == question.asked),
        Err(QuestionError::Over) => Ok(false),
        Err(QuestionError::Store(error)) => Err(error.into()),
    }
}

fn occasion(whose: &str) -> Occasion<'_> {
    Occasion {
        step: "captcha",
        whose,
    }
}

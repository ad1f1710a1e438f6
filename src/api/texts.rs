//! The texts of one answer: a bounded number of bytes, so that a frame full of numbers does not
//! unfold into as many sentences, each with a long name in it. The error codes say the same.

use std::fmt::Display;

use crate::base::limits::ANSWER_TEXT_BYTES_MAX;

/// What is left for the texts of an answer.
pub struct Texts {
    bytes_left: usize,
}

impl Texts {
    /// For one answer.
    pub fn new() -> Texts {
        Texts { bytes_left: ANSWER_TEXT_BYTES_MAX }
    }

    /// The text, or none where the answer has too many already.
    pub fn tell(&mut self, text: impl Display) -> Option<String> {
        if self.bytes_left == 0 {
            return None;
        }
        let text = text.to_string();
        self.bytes_left = self.bytes_left.saturating_sub(text.len());
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_where_an_answer_has_enough_of_them() {
        let mut texts = Texts::new();
        let long = "x".repeat(ANSWER_TEXT_BYTES_MAX / 2);
        let told = (0..10).filter(|_| texts.tell(&long).is_some()).count();
        assert_eq!(told, 2);
        assert_eq!(texts.tell("more"), None);
    }
}

//! The habits of the house that a test can hold, and the floors: who may import whom.
//!
//! Lists of exceptions are a ratchet: an exception that is no longer needed, or a number that is
//! too high, fails as much as a new offence does.

#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/machines.rs"]
mod machines;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/sources.rs"]
mod sources;
#[path = "tidy/words.rs"]
mod words;

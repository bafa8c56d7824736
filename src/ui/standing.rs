//! An answer that stands while a newer one cannot be had.

use crate::{
    error::AppError,
    i18n::{t, use_i18n},
};
use leptos::prelude::*;

/// The last answer to a question. Cheap to copy.
pub struct Standing<Q: 'static, A: 'static>(StoredValue<Option<(Q, A)>>);

impl<Q, A> Clone for Standing<Q, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q, A> Copy for Standing<Q, A> {}

impl<Q, A> Standing<Q, A>
where
    Q: PartialEq + Send + Sync + 'static,
    A: Clone + Send + Sync + 'static,
{
    /// No answer yet.
    pub fn none() -> Self {
        Self(StoredValue::new(None))
    }

    /// The answer; where it failed for now, the last one to the same question, and that it is not the newest.
    ///
    /// # Errors
    /// What went wrong, where nothing stands or it will not pass.
    pub fn or_last(self, question: Q, answer: Result<A, AppError>) -> Result<(A, bool), AppError> {
        match answer {
            Ok(answer) => {
                let _ = self.0.try_set_value(Some((question, answer.clone())));
                Ok((answer, false))
            }
            Err(error) if error.is_passing() => {
                let last = self.0.try_with_value(|kept| {
                    kept.as_ref().filter(|(asked, _)| *asked == question).map(|(_, answer)| answer.clone())
                });
                last.flatten().map(|answer| (answer, true)).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }
}

/// Says that what is seen is not the newest.
#[component]
pub fn StaleNote(is_stale: bool) -> impl IntoView {
    let i18n = use_i18n();
    is_stale.then(|| view! { <p class="problem" role="status">{t!(i18n, shell.stale)}</p> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_for_now_leaves_the_last_answer_to_the_same_question() {
        let owner = Owner::new();
        owner.with(|| {
            let standing = Standing::none();
            assert_eq!(standing.or_last(1, Err(AppError::Busy)), Err::<(i32, bool), _>(AppError::Busy));
            assert_eq!(standing.or_last(1, Ok(7)), Ok((7, false)));
            assert_eq!(standing.or_last(1, Err(AppError::Unreachable)), Ok((7, true)));
            assert_eq!(standing.or_last(2, Err(AppError::Unreachable)), Err(AppError::Unreachable));
            assert_eq!(standing.or_last(1, Err(AppError::Forbidden)), Err(AppError::Forbidden));
        });
    }
}

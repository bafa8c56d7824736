//! A dialog with a form in it: title, fields, what is wrong, and the two ways out.

use super::{dialog::Dialog, field::focus_first_problem};
use crate::i18n::{t, use_i18n};
use leptos::{html, prelude::*};

/// Where a form stands. Copies share everything.
#[derive(Clone, Copy)]
pub struct FormState {
    is_sending: RwSignal<bool>,
    problem: RwSignal<Option<String>>,
    element: NodeRef<html::Form>,
}

impl FormState {
    /// A form that nobody has sent yet.
    pub fn new() -> Self {
        Self { is_sending: RwSignal::new(false), problem: RwSignal::new(None), element: NodeRef::new() }
    }

    /// Something is wrong with it: says so, and takes the keyboard there.
    pub fn object(self, why: impl Into<String>) {
        self.problem.set(Some(why.into()));
        focus_first_problem(self.element);
    }

    /// It is on its way.
    pub fn is_sent(self) {
        self.is_sending.set(true);
    }

    /// The answer has come. Whether the form is still there to hear it.
    pub fn is_answered(self) -> bool {
        self.is_sending.try_set(false).is_none()
    }
}

impl Default for FormState {
    fn default() -> Self {
        Self::new()
    }
}

/// The dialog around a form.
#[component]
pub fn FormDialog(
    /// The title's id, used once per page.
    id: &'static str,
    /// What it is about.
    #[prop(into)]
    title: Signal<String>,
    /// What the button says that sends it.
    #[prop(into)]
    send: Signal<String>,
    /// Where it stands.
    state: FormState,
    /// Sends what is filled in.
    #[prop(into)]
    on_send: Callback<()>,
    /// Leaves by Escape: what was typed may be kept.
    #[prop(into)]
    on_leave: Callback<()>,
    /// Leaves on purpose.
    #[prop(into)]
    on_cancel: Callback<()>,
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let FormState { is_sending, problem, element } = state;
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !is_sending.get_untracked() {
            problem.set(None);
            on_send.run(());
        }
    };
    view! {
        <Dialog labelled_by=id on_close=on_leave>
            <form class="loss-form" novalidate node_ref=element on:submit=submit>
                <h1 id=id>{title}</h1>
                {children()}
                <p class="problem" role="alert" hidden=move || problem.with(Option::is_none)>{move || problem.get()}</p>
                <div class="dialog-foot">
                    <button type="button" on:click=move |_| on_cancel.run(())>{t!(i18n, shell.cancel)}</button>
                    <button class="primary" aria-disabled=move || is_sending.get().to_string()>{send}</button>
                </div>
            </form>
        </Dialog>
    }
}

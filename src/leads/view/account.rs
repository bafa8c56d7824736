//! The account behind the lead: whose it is, who is known there, what else is under way.

use super::{
    facts::Group,
    field::{FieldRow, Ground},
    words::{channel_name, problem_text, stage_name},
};
use crate::{
    error::AppError,
    format,
    i18n::{t, t_string},
    ids::{AccountId, ContactId},
    leads::{
        api::account::{
            AccountAnswer, AccountChange, AccountProblem, ContactChange, FoundAccount, Sibling, change_account,
            change_contact, find_accounts,
        },
        rules::fields::{AccountField, ContactField, Field},
    },
    losses::view::words::{self, I18n, trouble},
    ui::{
        field::TextField,
        key::fresh_key,
        toast::{Offer, Toast, Toaster, use_toaster},
        wait::pause,
    },
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// A search is sent when nobody has typed for this long.
const TYPED_OUT: Duration = Duration::from_millis(250);

/// What the panel does. Copies share everything.
#[derive(Clone, Copy)]
struct Hands {
    ground: Ground,
    toaster: Toaster,
    sending: RwSignal<bool>,
    /// What went wrong last.
    problem: RwSignal<Option<String>>,
}

impl Hands {
    fn seen(self) -> Option<AccountId> {
        self.ground.lead.with_untracked(|lead| lead.account.as_ref().map(|account| account.id))
    }

    fn account(self, change: AccountChange) {
        let (seen, key) = (self.seen(), fresh_key());
        self.run(async move || change_account(self.ground.id, seen, change.clone(), key.clone()).await, move || {});
    }

    fn contact(self, change: ContactChange, then: impl Fn() + 'static) {
        let key = fresh_key();
        self.run(async move || change_contact(self.ground.id, change.clone(), key.clone()).await, then);
    }

    fn run<F>(self, ask: F, then: impl Fn() + 'static)
    where
        F: AsyncFn() -> Result<AccountAnswer, AppError> + 'static,
    {
        if self.sending.get_untracked() {
            return;
        }
        self.sending.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = self.ground.connection.persistently(&ask).await;
            if self.sending.try_set(false).is_some() {
                return;
            }
            let i18n = self.ground.i18n;
            match answer {
                Ok(AccountAnswer::Done) => {
                    then();
                    self.ground.reload.run(());
                }
                Ok(AccountAnswer::Refused { problem }) => self.problem.set(Some(refusal(i18n, &problem))),
                Ok(AccountAnswer::Conflict { theirs }) => {
                    let theirs = theirs.unwrap_or_else(|| t_string!(i18n, leads.no_account).to_string());
                    self.problem.set(Some(t_string!(i18n, leads.account_conflict, account = theirs).to_string()));
                    self.ground.reload.run(());
                }
                Err(error) => self.problem.set(Some(trouble(i18n, error))),
            }
        });
    }
}

fn refusal(i18n: I18n, problem: &AccountProblem) -> String {
    match problem {
        AccountProblem::NotYours => t_string!(i18n, leads.problem_not_yours).to_string(),
        AccountProblem::NotYourAccount => t_string!(i18n, leads.account_not_yours).to_string(),
        AccountProblem::Gone => t_string!(i18n, leads.account_gone).to_string(),
        AccountProblem::Nameless => t_string!(i18n, leads.account_nameless).to_string(),
        AccountProblem::NoAccount => t_string!(i18n, leads.no_account).to_string(),
        AccountProblem::Field(problem) => problem_text(i18n, problem),
    }
}

/// The panel.
#[component]
pub(super) fn AccountPanel(ground: Ground) -> impl IntoView {
    let i18n = ground.i18n;
    let hands = Hands { ground, toaster: use_toaster(), sending: RwSignal::new(false), problem: RwSignal::new(None) };
    let account = Memo::new(move |_| ground.lead.with(|lead| lead.account.as_ref().map(|account| account.id)));
    let body = move || match account.get() {
        Some(_) => view! { <Linked hands/> }.into_any(),
        None if ground.may_write.get() => view! { <Linking hands/> }.into_any(),
        None => view! { <p class="muted">{t!(i18n, leads.no_account)}</p> }.into_any(),
    };
    view! {
        <section class="panel account-panel" aria-labelledby="account-panel">
            <h2 id="account-panel">{t!(i18n, leads.account)}</h2>
            {body}
            <p class="problem" role="alert" hidden=move || hands.problem.with(Option::is_none)>{move || hands.problem.get()}</p>
        </section>
    }
}

/// No account yet: one is searched for or made.
#[component]
fn Linking(hands: Hands) -> impl IntoView {
    let ground = hands.ground;
    let i18n = ground.i18n;
    let is_open = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let found = RwSignal::new(None::<Vec<FoundAccount>>);
    let name = Memo::new(move |_| {
        ground.lead.with(|lead| lead.company.clone().or_else(|| lead.name.clone()).unwrap_or_default())
    });
    let search = move |text: String| {
        typed.set(text.clone());
        spawn_local(async move {
            pause(TYPED_OUT).await;
            if typed.try_get_untracked().as_ref() != Some(&text) {
                return;
            }
            let answer = find_accounts(text.clone()).await;
            if typed.try_get_untracked().as_ref() == Some(&text) {
                match answer {
                    Ok(answer) => found.set(Some(answer)),
                    Err(error) => hands.problem.set(Some(trouble(i18n, error))),
                }
            }
        });
    };
    let begin = move |_| {
        is_open.set(true);
        search(name.get_untracked());
    };
    let hits = move || {
        found.get().map(|found| {
            let is_none = found.is_empty();
            let lines = found.into_iter().map(|account| view! { <Found hands account/> }).collect_view();
            view! {
                <ul class="found">{lines}</ul>
                {is_none.then(|| view! { <p class="muted">{t!(i18n, leads.no_account_found)}</p> })}
            }
        })
    };
    view! {
        <Show
            when=move || is_open.get()
            fallback=move || view! {
                <button type="button" on:click=begin>{t!(i18n, leads.link_account)}</button>
            }
        >
            <label class="field">
                <span>{t!(i18n, leads.search_account)}</span>
                <input
                    class="input"
                    type="search"
                    dir="auto"
                    maxlength="200"
                    prop:value=move || typed.get()
                    on:input=move |event| search(event_target_value(&event))
                />
            </label>
            <div aria-live="polite">{hits}</div>
            <div class="step-actions">
                <Show when=move || name.with(|name| !name.is_empty())>
                    <button type="button" on:click=move |_| hands.account(AccountChange::Create)>
                        {move || t_string!(i18n, leads.create_account, name = name.get()).to_string()}
                    </button>
                </Show>
                <button type="button" class="quiet" on:click=move |_| is_open.set(false)>{t!(i18n, shell.cancel)}</button>
            </div>
        </Show>
    }
}

#[component]
fn Found(hands: Hands, account: FoundAccount) -> impl IntoView {
    let i18n = hands.ground.i18n;
    let FoundAccount { id, name, owner, leads } = account;
    let about = move || {
        let count = t_string!(i18n, leads.leads_of_account, count = leads).to_string();
        [owner.clone(), Some(count)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let act = match id {
        Some(account) => view! {
            <button type="button" on:click=move |_| hands.account(AccountChange::Link { account })>{t!(i18n, leads.link)}</button>
        }
        .into_any(),
        None => view! { <span class="muted small">{t!(i18n, leads.ask_the_owner)}</span> }.into_any(),
    };
    view! {
        <li>
            <div><strong><bdi>{name}</bdi></strong><div class="small muted">{about}</div></div>
            {act}
        </li>
    }
}

/// The account as it is.
#[component]
fn Linked(hands: Hands) -> impl IntoView {
    let ground = hands.ground;
    let i18n = ground.i18n;
    let account = Memo::new(move |_| ground.lead.with(|lead| lead.account.clone()));
    let domains =
        Memo::new(move |_| account.with(|account| account.as_ref().map(|a| a.domains.join(", ")).unwrap_or_default()));
    let contacts =
        Memo::new(move |_| account.with(|account| account.as_ref().map(|a| a.contacts.clone()).unwrap_or_default()));
    let siblings = Memo::new(move |_| {
        account.with(|account| account.as_ref().map(|a| (a.leads.clone(), a.more_leads)).unwrap_or_default())
    });
    let fields = StoredValue::new(AccountField::ALL.iter().map(|field| Field::Account(*field)).collect::<Vec<_>>());
    let others = move || {
        let (leads, more) = siblings.get();
        (!leads.is_empty()).then(|| {
            let lines = leads.into_iter().map(|sibling| view! { <SiblingLine i18n sibling/> }).collect_view();
            view! {
                <h3>{t!(i18n, leads.other_leads)}</h3>
                <ul class="siblings">{lines}</ul>
                {(more > 0).then(|| view! { <p class="small muted">{t!(i18n, leads.more_leads, count = move || more)}</p> })}
            }
        })
    };
    view! {
        <Group ground fields=Signal::derive(move || fields.get_value())/>
        <Show when=move || domains.with(|domains| !domains.is_empty())>
            <p class="small muted">{move || t_string!(i18n, leads.recognised_by, domains = domains.get()).to_string()}</p>
        </Show>
        <h3>{t!(i18n, leads.contacts)}</h3>
        <ul class="contacts">
            <For
                each=move || contacts.get()
                key=|contact| *contact
                children=move |contact| view! { <Contact hands contact/> }
            />
        </ul>
        <Show when=move || ground.may_write.get()><NewContact hands/></Show>
        {others}
        <Show when=move || ground.may_write.get()>
            <div class="step-actions">
                <button type="button" class="quiet" on:click=move |_| hands.account(AccountChange::Unlink)>{t!(i18n, leads.unlink_account)}</button>
            </div>
        </Show>
    }
}

/// A contact with what they do in a decision.
#[component]
fn Contact(hands: Hands, contact: ContactId) -> impl IntoView {
    let ground = hands.ground;
    let i18n = ground.i18n;
    let of = move |field: ContactField| Field::Contact(contact, field);
    let name = ground.value(of(ContactField::Name));
    let roles = [ContactField::Decides, ContactField::Pays, ContactField::Uses, ContactField::Blocks];
    let remove = move |_| {
        hands.contact(ContactChange::Remove { contact }, move || {
            let offer = Offer {
                label: untrack(|| t_string!(i18n, leads.undo).to_string()),
                take: Callback::new(move |()| hands.contact(ContactChange::Restore { contact }, || {})),
            };
            let text = untrack(|| t_string!(i18n, leads.contact_removed, name = name.get_untracked()).to_string());
            hands.toaster.show(Toast { text, is_trouble: false, offer: Some(offer) });
        });
    };
    view! {
        <li class="contact">
            <dl class="facts">
                <FieldRow ground field=of(ContactField::Name)/>
                <FieldRow ground field=of(ContactField::Phone)/>
                <FieldRow ground field=of(ContactField::Email)/>
            </dl>
            <dl class="roles" aria-label=move || t_string!(i18n, leads.roles)>
                {roles.map(|role| view! { <FieldRow ground field=of(role)/> }).collect_view()}
            </dl>
            <Show when=move || ground.may_write.get()>
                <button
                    type="button"
                    class="quiet small"
                    aria-label=move || t_string!(i18n, leads.remove_contact, name = name.get()).to_string()
                    on:click=remove
                >
                    {t!(i18n, leads.remove)}
                </button>
            </Show>
        </li>
    }
}

/// A contact that is not known yet.
#[component]
fn NewContact(hands: Hands) -> impl IntoView {
    let i18n = hands.ground.i18n;
    let is_open = RwSignal::new(false);
    let (name, email, phone) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let change = ContactChange::Add {
            name: name.get_untracked(),
            email: email.get_untracked(),
            phone: phone.get_untracked(),
        };
        hands.contact(change, move || {
            is_open.set(false);
            for typed in [name, email, phone] {
                typed.set(String::new());
            }
        });
    };
    view! {
        <Show
            when=move || is_open.get()
            fallback=move || view! {
                <button type="button" class="chip" on:click=move |_| is_open.set(true)>
                    <span aria-hidden="true">"+ "</span>{t!(i18n, leads.add_contact)}
                </button>
            }
        >
            <form class="step-form" novalidate on:submit=submit>
                <TextField id="contact-name" label=Signal::derive(move || t_string!(i18n, leads.name).to_string()) value=name kind="text" longest=200 required=true/>
                <TextField id="contact-phone" label=Signal::derive(move || t_string!(i18n, leads.phone).to_string()) value=phone kind="tel" longest=200/>
                <TextField id="contact-email" label=Signal::derive(move || t_string!(i18n, leads.email).to_string()) value=email kind="email" longest=200/>
                <div class="step-actions">
                    <button class="primary" aria-disabled=move || hands.sending.get().to_string()>{t!(i18n, leads.add_contact)}</button>
                    <button type="button" class="quiet" on:click=move |_| is_open.set(false)>{t!(i18n, shell.cancel)}</button>
                </div>
            </form>
        </Show>
    }
}

/// Another lead of the account: all of it, or who is responsible.
#[component]
fn SiblingLine(i18n: I18n, sibling: Sibling) -> impl IntoView {
    let Sibling { lead, holder, stage, lost, next_step, details } = sibling;
    let name = {
        let details = details.clone();
        move || match &details {
            Some(details) => words::lead_name(i18n, details.name.as_deref(), details.external_id.as_deref(), lead),
            None => t_string!(i18n, leads.masked_title).to_string(),
        }
    };
    let about = move || {
        let locale = i18n.get_locale();
        let stands = match lost {
            Some(outcome) => words::outcome(i18n, outcome),
            None => stage_name(i18n, stage.as_ref()),
        };
        let won = details.as_ref().and_then(|details| details.won.clone()).map(|won| {
            let parts =
                [won.amount.map(|money| format::money(locale, &money)), won.on.map(|on| format::date(locale, on))];
            let about = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
            t_string!(i18n, leads.won, about = about).to_string()
        });
        let product = details.as_ref().and_then(|details| details.product.clone());
        let value = details.as_ref().filter(|_| won.is_none()).and_then(|details| details.value.as_ref());
        let value = value.map(|value| format::money(locale, value));
        let next = next_step.map(|(channel, due)| {
            format!("{} {}", channel_name(i18n, channel), format::date(locale, due.local().date()))
        });
        let parts = [Some(stands), won, product, value, next, Some(holder.clone())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    view! {
        <li>
            <a href=format!("/leads/{lead}")><bdi>{name}</bdi></a>
            <div class="small muted">{about}</div>
        </li>
    }
}

//! Two charts crossed: a table whose cells are the darker the more there is in them. It is a table for everybody.

use leptos::prelude::*;

/// The whole of it. Texts are in the reader's language already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heat {
    /// What rows are.
    pub corner: String,
    /// Key and name of each column.
    pub columns: Vec<(String, String)>,
    /// The rows from first to last.
    pub rows: Vec<HeatRow>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeatRow {
    /// What tells it from the others.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// A cell per column.
    pub cells: Vec<HeatCell>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeatCell {
    /// From 0 to 1.
    pub heat: f64,
    /// Its figure; empty where there is none.
    pub figure: String,
    /// All of it in words.
    pub said: String,
    /// Whether it is chosen.
    pub is_on: bool,
}

/// A table to choose cells from.
#[component]
pub fn HeatTable(
    /// What it shows.
    #[prop(into)]
    label: Signal<String>,
    /// Its cells.
    #[prop(into)]
    heat: Signal<Heat>,
    /// The cell of this row and column was chosen.
    press: Callback<(String, String)>,
) -> impl IntoView {
    let heads = move || {
        heat.with(|heat| {
            heat.columns
                .iter()
                .map(|(_, name)| view! { <th scope="col"><span>{name.clone()}</span></th> })
                .collect_view()
        })
    };
    let cell = move |row: &str, column: &str, cell: &HeatCell| {
        let (row, column) = (row.to_owned(), column.to_owned());
        let HeatCell { heat, figure, said, is_on } = cell.clone();
        let button = (!figure.is_empty()).then(|| {
            view! {
                <button
                    type="button"
                    class:deep={heat > 0.55}
                    style=format!("--heat:{:.0}%", heat * 100.0)
                    title=said.clone()
                    aria-label=said
                    aria-pressed=is_on.to_string()
                    on:click=move |_| press.run((row.clone(), column.clone()))
                >
                    {figure}
                </button>
            }
        });
        view! { <td>{button}</td> }
    };
    let rows = move || {
        heat.with(|heat| {
            let row = |row: &HeatRow| {
                let cells = heat.columns.iter().zip(&row.cells);
                let cells = cells.map(|((column, _), one)| cell(&row.key, column, one)).collect_view();
                view! { <tr><th scope="row">{row.name.clone()}</th>{cells}</tr> }
            };
            heat.rows.iter().map(row).collect_view()
        })
    };
    view! {
        <div class="chart-heat" tabindex="0" role="region" aria-label=move || label.get()>
            <table>
                <thead><tr><td class="small faint">{move || heat.with(|heat| heat.corner.clone())}</td>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

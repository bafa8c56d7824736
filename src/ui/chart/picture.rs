//! A chart as a picture to take along: drawn as SVG from the same figures, and painted to PNG where somebody wants that.

use super::{Column, Heat, PickBar};
use leptos::prelude::*;
use std::fmt::Write;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement, Url,
};

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawing {
    /// Bars below each other.
    Bars(Vec<PickBar>),
    /// Cells, the darker the more.
    Heat(Heat),
    /// Columns along time.
    Columns(Vec<Column>),
}

/// A picture: what it shows, of what, and the drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The chart's title.
    pub title: String,
    /// What the figures are narrowed to.
    pub note: String,
    /// The chart.
    pub drawing: Drawing,
}

const WIDTH: f64 = 800.0;
const MARGIN: f64 = 24.0;
/// Where the drawing begins, below title and note.
const TOP: f64 = 76.0;
const LINE: f64 = 26.0;
const ACCENT: &str = "#2f5fd0";
const INK: &str = "#1c2430";
const FAINT: &str = "#5b6572";
const SUNKEN: &str = "#eef1f5";

impl Picture {
    /// The picture as an SVG document, black on white for print and slides.
    pub fn svg(&self) -> String {
        let (body, bottom) = match &self.drawing {
            Drawing::Bars(bars) => draw_bars(bars),
            Drawing::Heat(heat) => draw_heat(heat),
            Drawing::Columns(columns) => draw_columns(columns),
        };
        let height = bottom + MARGIN;
        let title = text(MARGIN, 38.0, "start", INK, 18.0, &self.title);
        let note = text(MARGIN, 60.0, "start", FAINT, 12.0, &self.note);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" viewBox=\"0 0 {WIDTH} {height:.0}\" \
             font-family=\"Inter, Vazirmatn, system-ui, sans-serif\" role=\"img\"><title>{}</title>\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{title}{note}{body}</svg>",
            escaped(&self.title)
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn text(x: f64, y: f64, anchor: &str, colour: &str, size: f64, words: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\" font-size=\"{size}\">{}</text>",
        escaped(words)
    )
}

fn rect(x: f64, y: f64, width: f64, height: f64, style: &str) -> String {
    format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" {style}/>")
}

fn draw_bars(bars: &[PickBar]) -> (String, f64) {
    const NAME: f64 = 250.0;
    const FIGURE: f64 = 210.0;
    let room = WIDTH - 2.0 * MARGIN - NAME - FIGURE;
    let mut body = String::new();
    for (place, bar) in bars.iter().enumerate() {
        let y = TOP + LINE * place as f64;
        let (start, middle) = (MARGIN + NAME, y + LINE * 0.68);
        let name: String = bar.name.chars().take(36).collect();
        let figure = [bar.figure.as_str(), bar.detail.as_str()].join("  ");
        body += &text(MARGIN, middle, "start", INK, 13.0, &name);
        body += &rect(start, y + 6.0, room, 14.0, &format!("fill=\"{SUNKEN}\""));
        let faded = if bar.is_in == Some(false) { " fill-opacity=\".35\"" } else { "" };
        body += &rect(start, y + 6.0, room * bar.length, 14.0, &format!("fill=\"{ACCENT}\"{faded}"));
        if let Some(other) = bar.other {
            body += &rect(start + room * other, y + 3.0, 2.0, 20.0, &format!("fill=\"{INK}\""));
        }
        body += &text(start + room + 12.0, middle, "start", INK, 13.0, &figure);
    }
    (body, TOP + LINE * bars.len() as f64)
}

fn draw_heat(heat: &Heat) -> (String, f64) {
    const NAME: f64 = 150.0;
    const HEADS: f64 = 110.0;
    let wide = ((WIDTH - 2.0 * MARGIN - NAME) / heat.columns.len().max(1) as f64).min(90.0);
    let mut body = String::new();
    for (place, (_, name)) in heat.columns.iter().enumerate() {
        let (x, y) = (MARGIN + NAME + wide * (place as f64 + 0.5), TOP + HEADS - 6.0);
        let short: String = name.chars().take(20).collect();
        let head = text(x, y, "start", FAINT, 11.0, &short);
        // Writing into a text cannot fail.
        let _ = write!(body, "<g transform=\"rotate(-50 {x:.1} {y:.1})\">{head}</g>");
    }
    for (place, row) in heat.rows.iter().enumerate() {
        let y = TOP + HEADS + LINE * place as f64;
        let name: String = row.name.chars().take(22).collect();
        body += &text(MARGIN, y + LINE * 0.68, "start", INK, 12.0, &name);
        for (column, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.figure.is_empty()) {
            let x = MARGIN + NAME + wide * column as f64;
            let style = format!("fill=\"{ACCENT}\" fill-opacity=\"{:.2}\"", 0.08 + 0.92 * cell.heat);
            body += &rect(x + 1.0, y + 1.0, wide - 2.0, LINE - 2.0, &style);
            let colour = if cell.heat > 0.55 { "#fff" } else { INK };
            body += &text(x + wide / 2.0, y + LINE * 0.68, "middle", colour, 11.0, &cell.figure);
        }
    }
    (body, TOP + HEADS + LINE * heat.rows.len() as f64)
}

fn draw_columns(columns: &[Column]) -> (String, f64) {
    const HEIGHT: f64 = 240.0;
    let wide = (WIDTH - 2.0 * MARGIN) / columns.len().max(1) as f64;
    let floor = TOP + HEIGHT;
    let mut body = String::new();
    let mut line = Vec::new();
    for (place, one) in columns.iter().enumerate() {
        let x = MARGIN + wide * place as f64;
        let gap = (wide * 0.1).min(3.0);
        let faded = if one.is_in == Some(false) { " fill-opacity=\".3\"" } else { "" };
        let (lower, upper) = (one.lower * HEIGHT, one.upper * HEIGHT);
        body += &rect(x + gap, floor - lower, wide - 2.0 * gap, lower, &format!("fill=\"{ACCENT}\"{faded}"));
        let light = format!("fill=\"{ACCENT}\" fill-opacity=\".45\" stroke=\"{ACCENT}\" stroke-width=\".6\"");
        body += &rect(x + gap, floor - lower - upper, wide - 2.0 * gap, upper, &light);
        line.push(format!("{:.1},{:.1}", x + wide / 2.0, floor - one.line * HEIGHT));
        body += &text(x, floor + 16.0, "start", FAINT, 10.0, &one.tick);
        body += &text(x, floor + 30.0, "start", INK, 10.0, &one.era);
    }
    let _ =
        write!(body, "<polyline points=\"{}\" fill=\"none\" stroke=\"#1d8a54\" stroke-width=\"2\"/>", line.join(" "));
    (body, floor + 34.0)
}

/// Hands the picture to whoever asked, as SVG.
pub fn save_svg(picture: &Picture) {
    let parts = js_sys::Array::of1(&JsValue::from_str(&picture.svg()));
    let kind = BlobPropertyBag::new();
    kind.set_type("image/svg+xml");
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &kind) {
        hand_out(&blob, &format!("{}.svg", picture.title));
    }
}

/// Hands the picture to whoever asked, as PNG of twice the size.
pub fn save_png(picture: &Picture) {
    // What the browser refuses to draw is not handed out; the SVG is still there.
    let _ = paint(picture);
}

fn paint(picture: &Picture) -> Result<(), JsValue> {
    let (image, svg, name) = (HtmlImageElement::new()?, picture.svg(), format!("{}.png", picture.title));
    let painted = image.clone();
    let draw = Closure::once_into_js(move || {
        let _ = draw_on_canvas(&painted, name);
    });
    image.set_onload(Some(draw.unchecked_ref()));
    image.set_src(&format!("data:image/svg+xml;charset=utf-8,{}", js_sys::encode_uri_component(&svg)));
    Ok(())
}

fn draw_on_canvas(image: &HtmlImageElement, name: String) -> Result<(), JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(image.natural_width() * 2);
    canvas.set_height(image.natural_height() * 2);
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into::<CanvasRenderingContext2d>();
    context.scale(2.0, 2.0)?;
    context.draw_image_with_html_image_element(image, 0.0, 0.0)?;
    let hand = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            hand_out(&blob, &name);
        }
    });
    canvas.to_blob(hand.unchecked_ref())
}

fn hand_out(blob: &Blob, name: &str) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has taken its copy when the next task runs.
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&url);
        },
        std::time::Duration::from_secs(10),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        let bar = PickBar { name: "<script>&\"".to_owned(), length: 0.5, other: Some(1.0), ..PickBar::default() };
        let picture = Picture { title: "A & B".to_owned(), note: String::new(), drawing: Drawing::Bars(vec![bar]) };
        let svg = picture.svg();
        assert!(
            svg.contains("&lt;script&gt;&amp;&quot;")
                && svg.contains("<title>A &amp; B</title>")
                && !svg.contains("<script")
        );
        for drawing in [Drawing::Bars(vec![]), Drawing::Heat(Heat::default()), Drawing::Columns(vec![])] {
            assert!(!Picture { drawing, ..picture.clone() }.svg().contains("NaN"));
        }
    }
}

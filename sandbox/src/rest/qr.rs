//! QR codes as PNG.

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qrcode::{Color, QrCode};

use crate::app::Shared;
use crate::payload;
use crate::png;

/// The size of a module, in pixels.
const SCALE: usize = 8;
/// The width of the light border, in modules, which a reader needs.
const QUIET: usize = 4;

/// `GET /qr/{name}`: the QR code of a request by its code, or of a Smart Link by its slug.
///
/// It needs no key, because an `<img>` can't send one.
pub(crate) async fn get(State(app): State<Shared>, Path(file): Path<String>) -> Response {
    let url = app.with(|state| {
        let name = file.strip_suffix(".png")?;
        let base = app.origin();
        if let Some(link) = state.links.get(name) {
            return Some(format!("{base}/s/{}", link.slug));
        }
        let request = state.request(name)?;
        let is_code = request.unique_code.eq_ignore_ascii_case(name);
        is_code.then(|| payload::request_url(&base, request))
    });
    let Some(picture) = url.and_then(|url| draw(&url)) else {
        return (StatusCode::NOT_FOUND, "there is no such code\n").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        // The integrator's own page shows it.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    (headers, picture).into_response()
}

/// Draws a text, or returns `None` if it is too long.
fn draw(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let modules = code.to_colors();
    let side = (width + 2 * QUIET) * SCALE;
    let mut rows = Vec::with_capacity(side * (side.div_ceil(8) + 1));
    let is_light = |x: usize, y: usize| {
        let (x, y) = (
            (x / SCALE).wrapping_sub(QUIET),
            (y / SCALE).wrapping_sub(QUIET),
        );
        x >= width || y >= width || modules[y * width + x] == Color::Light
    };
    for y in 0..side {
        // The filter of the row: none.
        rows.push(0);
        for start in (0..side).step_by(8) {
            let bit = |byte: u8, x: usize| byte << 1 | u8::from(is_light(x, y));
            rows.push((start..start + 8).fold(0, bit));
        }
    }
    Some(png::encode(
        side,
        side,
        png::Colours::BlackAndWhite,
        &[],
        &rows,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert!(draw(&"x".repeat(5000)).is_none());
        let picture = draw("http://localhost:4700/p/ABC234").expect("a picture");
        assert!(picture.starts_with(b"\x89PNG"));
    }
}

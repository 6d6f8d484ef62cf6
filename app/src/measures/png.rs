//! A chart as PNG, for a slide.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use crate::error::Error;

/// Of every pixel of the SVG this many, so that it is sharp on a slide: 1,920 of 720.
const SCALE: f32 = 8.0 / 3.0;

/// The program brings its own letters: a server has none to rely on. They are as wide as Arial's, by
/// which the chart was laid out.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("../../fonts/Arimo-Regular.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../../fonts/Arimo-Bold.ttf").to_vec());
    fonts.set_sans_serif_family("Arimo");
    Arc::new(fonts)
});

/// The PNG of an SVG.
///
/// # Errors
/// [`Error::Internal`] when it cannot be drawn.
pub fn of(svg: &str) -> Result<Vec<u8>, Error> {
    let fault = |told: String| {
        tracing::error!(told, "a chart could not be drawn as PNG");
        Error::Internal
    };
    let options = Options { font_family: "Arimo".to_owned(), fontdb: FONTS.clone(), ..Options::default() };
    // What was stored before such characters were refused.
    let svg = svg.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    let tree = Tree::from_str(&svg, &options).map_err(|error| fault(error.to_string()))?;
    let size = tree.size().to_int_size();
    let scaled = size.scale_by(SCALE).ok_or_else(|| fault("it has no size".to_owned()))?;
    let mut picture =
        Pixmap::new(scaled.width(), scaled.height()).ok_or_else(|| fault("it is too large".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    picture.encode_png().map_err(|error| fault(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_shapes_are_drawn() {
        let draw = |inside: &str| {
            let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' width='720' height='360'>{inside}</svg>");
            of(&svg).expect("a picture")
        };
        let empty = draw("");
        assert!(empty.starts_with(b"\x89PNG"));
        // The width stands in the first chunk.
        assert_eq!(empty[16..20], 1920_u32.to_be_bytes());
        let words =
            draw("<text x='9' y='99' font-family='Arial, Helvetica, sans-serif' font-size='40'>Median 56.6%</text>");
        assert!(words.len() > empty.len() + 2_000, "letters leave their marks");
    }
}

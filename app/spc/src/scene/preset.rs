//! What follows from the size of the picture.

use super::shapes::Size;

/// The sizes that follow from the preset.
pub(super) struct Preset {
    pub width: f64,
    pub height: f64,
    pub font: f64,
    pub y_ticks: f64,
    pub x_ticks: usize,
    pub two_line_labels: bool,
    pub flags: bool,
    pub key: bool,
    pub tooltips: bool,
}

impl Preset {
    pub fn of(size: Size) -> Self {
        match size {
            Size::Full => Self {
                width: 720.0,
                height: 360.0,
                font: 14.0,
                y_ticks: 5.0,
                x_ticks: 13,
                two_line_labels: false,
                flags: true,
                key: true,
                tooltips: true,
            },
            Size::Narrow => Self {
                width: 340.0,
                height: 280.0,
                font: 13.0,
                y_ticks: 5.0,
                x_ticks: 7,
                two_line_labels: true,
                flags: true,
                key: true,
                tooltips: true,
            },
            Size::Small => Self {
                width: 320.0,
                height: 160.0,
                font: 12.0,
                y_ticks: 2.0,
                x_ticks: 4,
                two_line_labels: false,
                flags: false,
                key: false,
                tooltips: false,
            },
        }
    }
}

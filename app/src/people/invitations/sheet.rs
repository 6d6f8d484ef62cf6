//! A link on paper: whom it is for, what to do, and a code to point a phone at.

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};

use super::model::Handed;
use super::store::last_day;
use crate::format::date;

/// Modules of white around a code: what cameras need.
const QUIET: usize = 4;

/// The sheet of one person.
pub(super) fn sheet(trust: &str, handed: &Handed, address: &str) -> AnyView {
    view! {
        <section class="baton-invitation">
            <h2 class="nhsuk-heading-m">{handed.name.clone()}</h2>
            <p>{format!("{trust} invites you to Baton, its register of quality improvement projects. Open this address, or point your phone’s camera at the code, and choose a password. You sign in with {}.", handed.address)}</p>
            <p class="baton-invitation__link">{address.to_owned()}</p>
            {code(address)}
            <p>{format!("It works once, until {}. Do not pass it on.", date(last_day(handed.expires_at)))}</p>
        </section>
    }
    .into_any()
}

/// A QR code as one path; nothing for an address that is too long for one.
fn code(address: &str) -> Option<AnyView> {
    let (path, size) = path(address)?;
    Some(
        view! {
            <svg class="baton-invitation__code" viewBox=format!("0 0 {size} {size}") role="img" aria-label="The same address as a QR code">
                <rect width=size height=size fill="#fff" />
                <path d=path fill="#000" />
            </svg>
        }
        .into_any(),
    )
}

/// The dark modules, a stroke for each run of a row, and the length of a side.
fn path(address: &str) -> Option<(String, usize)> {
    use std::fmt::Write as _;
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|module| **module == Color::Dark).count();
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    Some((path, width + 2 * QUIET))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_draws_every_dark_module_once() {
        let address = "https://baton.example/invitation?link=0123456789abcdef0123456789abcdef01234567";
        let (path, size) = path(address).expect("a code");
        let code = QrCode::with_error_correction_level(address, EcLevel::M).expect("a code");
        let dark = code.to_colors().into_iter().filter(|module| *module == Color::Dark).count();
        let drawn: usize =
            path.split('h').skip(1).filter_map(|rest| rest.split('v').next()?.parse::<usize>().ok()).sum();
        assert_eq!(drawn, dark);
        assert_eq!(size, code.width() + 2 * QUIET);
        assert!(super::path(&"x".repeat(5000)).is_none());
    }
}

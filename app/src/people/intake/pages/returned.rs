//! The list that came back to be checked.

use std::collections::HashMap;

use leptos::server_fn::ServerFn;

use crate::error::Error;
use crate::people::intake::api::{Checked, TakeIn};
use crate::people::intake::model::IntakeForm;
use crate::web::form::Rejected;
use crate::web::request::Request;

/// The list that came back, with what taking it in would do; none when there is none that can be read.
pub(super) async fn returned(request: &Request) -> Result<Option<Checked>, Error> {
    let rejected = request.rejected.as_ref().filter(|rejected| rejected.action == TakeIn::PATH);
    let Some(form) = rejected.filter(|rejected| !is_about_the_list(rejected)).map(|rejected| form_of(rejected)) else {
        return Ok(None);
    };
    match Checked::of(request, form).await {
        Ok(checked) => Ok(Some(checked)),
        Err(Error::Invalid(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Whether something is wrong with the list as a whole, so that there is nothing to check yet.
fn is_about_the_list(rejected: &Rejected) -> bool {
    rejected.errors.iter().any(|error| matches!(error.field.as_str(), "text" | "file"))
}

fn form_of(rejected: &Rejected) -> IntakeForm {
    let all = |start: &str| -> Vec<String> {
        rejected.typed.iter().filter(|(name, _)| name.starts_with(start)).map(|(_, value)| value.clone()).collect()
    };
    let one = |name: &str| {
        rejected.typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let map = |start: &str| -> HashMap<String, String> {
        let inner = |name: &str| Some(name.strip_prefix(start)?.strip_prefix('[')?.strip_suffix(']')?.to_owned());
        rejected.typed.iter().filter_map(|(name, value)| Some((inner(name)?, value.clone()))).collect()
    };
    IntakeForm {
        text: one("text"),
        file: one("file"),
        columns: all("columns["),
        order: one("order"),
        overlap: one("overlap"),
        staff_group: one("staff_group"),
        department: map("department"),
        same: map("same"),
        fix: map("fix"),
        leave_out: all("leave_out["),
    }
}

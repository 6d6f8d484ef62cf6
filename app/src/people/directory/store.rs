//! The trust's people: their SQL. A person belongs to a trust's directory by a post, a trust role or a
//! place in the team of one of its projects, now or in the past, while the trust asks for them, or because
//! they can sign in to it. Of somebody who has not accepted the trust it shows what the trust itself wrote
//! down, and nothing else.

mod accounts;
mod away;
mod desk;
mod joining;
mod people;
mod posts;
mod roles;

pub use self::accounts::{
    Address, add_address, addresses, close, closed_person, confirm_address, give_answer_code, give_password_code,
    give_sign_in, may_give_password_code, may_give_sign_in, remove_address, rename, reopen, reopen_own,
};
pub use self::away::{Away, add_away, away, remove_away};
pub use self::desk::{Desk, desk};
pub use self::joining::{add_first_person, add_person};
pub use self::people::{
    Filter, Found, Held, PAGE, Person, PersonProject, PersonRow, SOON, Tie, is_known, people, person, projects,
};
pub use self::posts::{Post, add_post, edit_post, end_post, post, posts, remove_post};
pub(in crate::people) use self::posts::{department_for, insert_post_in, last_day};
pub(crate) use self::posts::{write_end, write_post};
pub use self::roles::{date_role, grant, is_last_academy_lead, is_last_administrator, take};

#[cfg(test)]
mod tests;

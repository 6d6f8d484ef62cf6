//! A row of the matrix: one page, download or server function, and who may have it of what.

use app::id::PostId;

use super::world::{Actor, Object, World};

/// What a form sends.
pub type Pairs = Vec<(String, String)>;

/// For each object, who: everybody else is refused, and so is everybody on an object that is not named.
pub type Cells = &'static [(Object, &'static str)];

/// How it is asked for.
#[derive(Clone, Copy)]
pub enum Call {
    /// A page or download: its address.
    Get(fn(&World, Object) -> String),
    /// A server function: a body that nothing is wrong with.
    Post(fn(&World, Object) -> Pairs),
}

/// A row of the matrix.
#[derive(Clone, Copy)]
pub struct Row {
    /// The route's pattern, or the server function's path.
    pub path: &'static str,
    /// Which of several rows of the same path; empty for the only one.
    pub of: &'static str,
    /// The action of `access.rs` that it asks for; empty for what everybody signed in may, or everybody.
    pub action: &'static str,
    /// The objects that there are.
    pub objects: &'static [Object],
    /// How it is asked for.
    pub call: Call,
    /// Who gets the page, or makes the change.
    pub may: Cells,
    /// Whom the permission lets through and the state of the object stops: nothing is changed.
    pub stopped: Cells,
    /// Who succeeds without changing anything.
    pub idle: &'static str,
    /// Statements that make the world fit for it.
    pub before: &'static str,
}

/// What is to come of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The page, or the change.
    Allowed,
    /// Nothing is changed, because the object does not allow it now.
    Stopped,
    /// 401, 403 or 404, and nothing is changed.
    Refused,
}

/// The eight kinds of project.
pub const PROJECTS: &[Object] = Object::ALL;
/// The projects that have been registered, and what is not there.
pub const REGISTERED: &[Object] =
    &[Object::Own, Object::Same, Object::Other, Object::Paused, Object::Closed, Object::Merged, Object::Missing];
/// What belongs to a trust.
pub const OF_A_TRUST: &[Object] = &[Object::Own, Object::Other, Object::Missing];
/// What needs no object, or is the visitor's own trust.
pub const NONE: &[Object] = &[Object::Own];

/// A page or download with what its address stands for.
pub fn page(
    path: &'static str,
    action: &'static str,
    objects: &'static [Object],
    address: fn(&World, Object) -> String,
    may: Cells,
) -> Row {
    let call = Call::Get(address);
    Row { path, of: "", action, objects, call, may, stopped: &[], idle: "", before: "" }
}

/// A server function with a body that nothing is wrong with.
pub fn form(
    path: &'static str,
    action: &'static str,
    objects: &'static [Object],
    body: fn(&World, Object) -> Pairs,
    may: Cells,
) -> Row {
    let call = Call::Post(body);
    Row { path, of: "", action, objects, call, may, stopped: &[], idle: "", before: "" }
}

impl Row {
    pub const fn of(self, of: &'static str) -> Self {
        Self { of, ..self }
    }

    pub const fn stopped(self, stopped: Cells) -> Self {
        Self { stopped, ..self }
    }

    pub const fn idle(self, idle: &'static str) -> Self {
        Self { idle, ..self }
    }

    pub const fn before(self, before: &'static str) -> Self {
        Self { before, ..self }
    }

    /// Its name in what the test prints.
    pub fn name(&self) -> String {
        if self.of.is_empty() { self.path.to_owned() } else { format!("{} ({})", self.path, self.of) }
    }

    /// Whether it is about one project: then whoever may not know of the project does not learn that it is there.
    pub fn is_of_a_project(&self) -> bool {
        self.action != "Coordinate" && self.objects.iter().any(|object| matches!(object, Object::Same | Object::Draft))
    }

    /// What is to come of one cell.
    pub fn expected(&self, object: Object, actor: Actor) -> Expected {
        if has(self.may, object, actor) {
            Expected::Allowed
        } else if has(self.stopped, object, actor) {
            Expected::Stopped
        } else {
            Expected::Refused
        }
    }
}

/// The same form with nothing typed into it: what says which thing is meant, and which version of it, stays.
pub fn blank(body: Pairs) -> Pairs {
    let kept = |name: &str, value: &str| {
        name == "version" || name == "seen" || value.rsplit('/').next().is_some_and(|id| id.parse::<PostId>().is_ok())
    };
    body.into_iter()
        .map(|(name, value)| if kept(&name, &value) { (name, value) } else { (name, String::new()) })
        .collect()
}

/// Whether the cells hold this one.
pub fn has(cells: Cells, object: Object, actor: Actor) -> bool {
    cells.iter().any(|(of, actors)| *of == object && Actor::list(actors).any(|one| one == actor))
}

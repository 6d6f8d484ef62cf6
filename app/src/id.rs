//! Ids: UUIDv7 as hyphenated text, one type for each kind of thing, so that none can stand for another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, later than every id made before it.
            #[must_use]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl sqlx::Type<crate::db::Db> for $name {
            fn type_info() -> <crate::db::Db as sqlx::Database>::TypeInfo {
                <String as sqlx::Type<crate::db::Db>>::type_info()
            }
            fn compatible(ty: &<crate::db::Db as sqlx::Database>::TypeInfo) -> bool {
                <String as sqlx::Type<crate::db::Db>>::compatible(ty)
            }
        }

        impl<'q> sqlx::Encode<'q, crate::db::Db> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut <crate::db::Db as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <String as sqlx::Encode<'q, crate::db::Db>>::encode(self.to_string(), buffer)
            }
        }

        impl<'r> sqlx::Decode<'r, crate::db::Db> for $name {
            fn decode(
                value: <crate::db::Db as sqlx::Database>::ValueRef<'r>,
            ) -> Result<Self, sqlx::error::BoxDynError> {
                let text = <&str as sqlx::Decode<'r, crate::db::Db>>::decode(value)?;
                Ok(text.parse()?)
            }
        }
    )*};
}

ids! {
    /// A trust.
    TrustId,
    /// A site of a trust.
    SiteId,
    /// A department of a trust.
    DepartmentId,
    /// A person, with or without sign-in.
    PersonId,
    /// A person's post.
    PostId,
    /// A period out of a post.
    AwayId,
    /// A list of people that was taken in as a whole.
    IntakeId,
    /// A trust's priority.
    PriorityId,
    /// A project.
    ProjectId,
    /// A dated place in a project's team.
    TeamRoleId,
    /// A measure of a project.
    MeasureId,
    /// One point of a measure.
    MeasurementId,
    /// Points of a measure that were recorded in one act.
    BatchId,
    /// The beginning of a phase of a chart.
    PhaseId,
    /// A target from a day on.
    TargetId,
    /// A count at the bedside.
    TallyId,
    /// A PDSA cycle.
    CycleId,
    /// A line of a driver diagram.
    DriverId,
    /// Something that is to be done in a project.
    TaskId,
    /// A short note on what happened in a project.
    UpdateId,
    /// Where something of a project is kept outside Baton.
    WebLinkId,
    /// A handover.
    HandoverId,
    /// A decided link between two projects.
    LinkId,
    /// A mail that is to go.
    OutboxId,
    /// A link that lets somebody in.
    AccessLinkId,
}

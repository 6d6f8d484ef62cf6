//! What every room knows of a project: its type, its status, and why it is closed.

use crate::choices;

choices! {
    /// The kind of work that a project is.
    ProjectType {
        /// Tests changes to make something better.
        QualityImprovement = "quality_improvement" => "Quality improvement project",
        /// Measures care against a standard.
        ClinicalAudit = "clinical_audit" => "Clinical audit",
        /// Describes or judges a service as it is.
        ServiceEvaluation = "service_evaluation" => "Service evaluation",
    }

    /// Where a project stands.
    Status {
        /// Not submitted yet: only its author and those invited see it.
        Draft = "draft" => "Draft",
        /// Being worked on.
        Active = "active" => "Active",
        /// At rest until a date.
        Paused = "paused" => "Paused",
        /// Done, still re-measured.
        Sustaining = "sustaining" => "Sustaining",
        /// Ended.
        Closed = "closed" => "Closed",
    }

    /// Why a project is closed.
    ClosedReason {
        /// It did what it set out to do.
        Completed = "completed" => "Completed",
        /// It was given up.
        Stopped = "stopped" => "Stopped",
        /// It goes on inside another project.
        Merged = "merged" => "Merged",
        /// Another project took its place.
        Superseded = "superseded" => "Superseded",
        /// It turned out to be something else, such as research.
        NotQi = "not_qi" => "Not quality improvement",
    }

    /// What a project came from.
    Origin {
        /// Somebody's idea.
        Idea = "idea" => "An idea",
        /// An incident.
        Incident = "incident" => "An incident",
        /// A near miss.
        NearMiss = "near_miss" => "A near miss",
        /// A complaint.
        Complaint = "complaint" => "A complaint",
        /// The result of an audit.
        AuditResult = "audit_result" => "An audit result",
        /// A priority of the trust.
        Priority = "priority" => "A trust priority",
    }
}

impl Status {
    /// Whether the project is open: active, paused or sustaining.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Active | Self::Paused | Self::Sustaining)
    }
}

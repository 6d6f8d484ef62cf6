//! How the parts are weighed against each other.

/// Numbers that were chosen on titles of other topics than those they are reported on.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// How many projects' worth the field's own rarity counts beside a trust's.
    pub prior: f32,
    /// How much what both say counts, against the length of both.
    pub cosine: f32,
    /// How much it counts how much of what is asked is said.
    pub coverage: f32,
    /// How like a concept is to what it is a kind of.
    pub broader: f32,
    /// How much further fields make a project longer.
    pub other_length: f32,
    /// What the same priority adds.
    pub priority: f32,
    /// What the same department adds.
    pub department: f32,
    /// What the same specialty adds.
    pub specialty: f32,
    /// What is left where the people are of another age.
    pub other_age: f32,
    /// What is left where one says the opposite.
    pub opposite: f32,
    /// How much the length of a project counts that is longer or shorter than the others.
    pub pivot: f32,
    /// In what share of titles a word stands that is in no list.
    pub word_share: f32,
    /// In what share of titles a number stands.
    pub number_share: f32,
    /// How long projects are thought to be on the whole, at least.
    pub least_length: f32,
    /// What is as likely the same as not.
    pub middle: f32,
    /// How fast likelihood grows around it.
    pub slope: f32,
    /// How much of what both say is taken away where not all of what is asked is said.
    pub gate: f32,
    /// Less likely projects are not shown.
    pub floor: f32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            prior: 500.0,
            cosine: 0.8,
            coverage: 0.2,
            broader: 0.35,
            other_length: 0.3,
            priority: 0.03,
            department: 0.03,
            specialty: 0.01,
            other_age: 0.6,
            opposite: 0.4,
            pivot: 0.85,
            word_share: 0.05,
            number_share: 0.3,
            least_length: 6.0,
            middle: 0.27,
            slope: 12.0,
            gate: 0.5,
            floor: 0.5,
        }
    }
}

impl Tuning {
    /// How likely two projects are about the same problem, from how much they have in common.
    pub(crate) fn likely(&self, common: f32) -> f32 {
        1.0 / (1.0 + (-self.slope * (common - self.middle)).exp())
    }

    /// A number by its name, to try others.
    pub fn by_name(&mut self, name: &str) -> Option<&mut f32> {
        Some(match name {
            "prior" => &mut self.prior,
            "cosine" => &mut self.cosine,
            "coverage" => &mut self.coverage,
            "broader" => &mut self.broader,
            "other_length" => &mut self.other_length,
            "priority" => &mut self.priority,
            "department" => &mut self.department,
            "specialty" => &mut self.specialty,
            "other_age" => &mut self.other_age,
            "opposite" => &mut self.opposite,
            "pivot" => &mut self.pivot,
            "word_share" => &mut self.word_share,
            "number_share" => &mut self.number_share,
            "least_length" => &mut self.least_length,
            "middle" => &mut self.middle,
            "slope" => &mut self.slope,
            "gate" => &mut self.gate,
            "floor" => &mut self.floor,
            _ => return None,
        })
    }
}

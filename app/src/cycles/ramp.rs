//! Ramps: the cycles of one change idea in a line.

use super::store::Cycle;
use crate::id::{CycleId, DriverId};

/// The cycles of one change idea, or of one cycle and those that carry it on.
#[derive(Clone, Debug)]
pub struct Ramp<'a> {
    /// The idea of the driver diagram, when there is one.
    pub idea: Option<DriverId>,
    /// The idea's words, else the first cycle's title.
    pub name: &'a str,
    /// Its cycles, in the order of their numbers.
    pub cycles: Vec<&'a Cycle>,
}

/// Sorts a project's cycles (in the order of their numbers) into ramps: a cycle without an idea of its
/// own belongs where the cycle that it carries on belongs.
#[must_use]
pub fn ramps(cycles: &[Cycle]) -> Vec<Ramp<'_>> {
    let mut ramps: Vec<Ramp<'_>> = Vec::new();
    for cycle in cycles {
        let holds = |id: CycleId| move |ramp: &Ramp<'_>| ramp.cycles.iter().any(|cycle| cycle.id == id);
        let place = match (cycle.idea_id, cycle.continues) {
            (Some(idea), _) => ramps.iter().position(|ramp| ramp.idea == Some(idea)),
            (None, Some(before)) => ramps.iter().position(holds(before)),
            (None, None) => None,
        };
        match place {
            Some(place) => ramps[place].cycles.push(cycle),
            None => ramps.push(Ramp {
                idea: cycle.idea_id,
                name: cycle.idea.as_deref().unwrap_or(&cycle.title),
                cycles: vec![cycle],
            }),
        }
    }
    ramps
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::id::ProjectId;
    use crate::testing::TODAY;

    pub fn cycle(number: i64, idea: Option<DriverId>, continues: Option<CycleId>) -> Cycle {
        Cycle {
            id: CycleId::new(),
            project_id: ProjectId::new(),
            number,
            title: format!("Test {number}"),
            question: String::new(),
            prediction: String::new(),
            scale: None,
            idea_id: idea,
            idea: idea.map(|_| "Sepsis box".to_owned()),
            continues,
            continues_number: None,
            done: String::new(),
            differed: String::new(),
            studied: String::new(),
            was_right: None,
            decision: None,
            acted: String::new(),
            starts_on: TODAY,
            ends_on: None,
            version: 1,
        }
    }

    #[test]
    fn cycles_of_one_idea_and_those_that_carry_one_on_stand_in_a_line() {
        let idea = DriverId::new();
        let first = cycle(1, Some(idea), None);
        let other = cycle(2, None, None);
        let third = cycle(3, Some(idea), None);
        let carried = cycle(4, None, Some(other.id));
        let last = cycle(5, None, Some(third.id));
        let all = [first, other, third, carried, last];
        let ramps = ramps(&all);
        let told: Vec<(&str, Vec<i64>)> =
            ramps.iter().map(|ramp| (ramp.name, ramp.cycles.iter().map(|cycle| cycle.number).collect())).collect();
        assert_eq!(told, [("Sepsis box", vec![1, 3, 5]), ("Test 2", vec![2, 4])]);
        assert!(super::ramps(&[]).is_empty());
    }
}

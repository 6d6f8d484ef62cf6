//! Who comes when, in which posts, and what happens to whom: drawn before the first day.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Duration, NaiveDate, Weekday};

use crate::dice::Dice;

/// The first day.
pub const FIRST: NaiveDate = NaiveDate::from_ymd_opt(2026, 4, 1).expect("a date");
/// So many departments.
pub const DEPARTMENTS: i64 = 12;

/// How large the world is, and how its people are.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub seed: u64,
    pub days: i64,
    pub trainees: i64,
    pub supervisors: i64,
    pub academy_leads: i64,
    pub projects: i64,
    /// How often somebody opens their home, against what is usual.
    pub diligence: f64,
    /// Whether anybody answers an offer or a question.
    pub answers: bool,
    /// How often dates and accounts change unforeseen, against what is usual.
    pub trouble: f64,
}

impl Scale {
    /// Five years.
    pub fn full(seed: u64) -> Self {
        Self {
            seed,
            days: 5 * 365 + 1,
            trainees: 500,
            supervisors: 60,
            academy_leads: 2,
            projects: 300,
            diligence: 1.0,
            answers: true,
            trouble: 1.0,
        }
    }

    /// A year of a hundred people.
    pub fn year(seed: u64) -> Self {
        Self { days: 365, trainees: 84, supervisors: 12, projects: 40, ..Self::full(seed) }
    }

    /// A few people, for half a year, to whom more happens.
    pub fn small(seed: u64) -> Self {
        Self {
            days: 200,
            trainees: 30,
            supervisors: 6,
            academy_leads: 1,
            projects: 16,
            trouble: 4.0,
            ..Self::full(seed)
        }
    }
}

/// How quickly somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tempo {
    Prompt,
    Late,
    /// Answers nothing any more.
    Vanished,
}

/// A post as it is planned.
#[derive(Clone, Copy, Debug)]
pub struct Stay {
    pub department: i64,
    pub first: NaiveDate,
    pub last: Option<NaiveDate>,
    pub percent: i64,
}

/// Somebody as they are planned.
#[derive(Clone, Debug)]
pub struct Character {
    pub name: String,
    pub grade: &'static str,
    pub tempo: Tempo,
    pub home: i64,
    pub senior: bool,
    /// No password when they are added, or the trust not accepted.
    pub unreachable: bool,
}

/// Something that happens on a day, to the person of this number.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// The academy adds them.
    Known,
    /// The academy adds a post.
    Post(Stay),
    /// They are given a way in, or accept the trust.
    Reachable,
    /// They register a project.
    Registers,
    /// They are away between two days, and say so themselves or not.
    Away { first: NaiveDate, last: NaiveDate, keeps: bool },
    /// They answer nothing from now on.
    Vanishes,
}

/// Everything that is drawn before the first day.
#[derive(Debug, Default)]
pub struct Plan {
    pub people: Vec<Character>,
    pub events: BTreeMap<NaiveDate, Vec<(usize, Event)>>,
}

/// The first Wednesdays of February, April, August and December, of the years around.
pub fn changeovers(days: i64) -> Vec<NaiveDate> {
    let years = FIRST.year() - 1..=(FIRST + Duration::days(days)).year() + 2;
    years.flat_map(|year| [2, 4, 8, 12].map(|month| first_wednesday(year, month))).collect()
}

fn first_wednesday(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Wed, 1).unwrap_or(FIRST)
}

/// So many months after a changeover: the changeover of that month, or the nearest.
fn months_later(from: NaiveDate, months: i64, changeovers: &[NaiveDate]) -> NaiveDate {
    let about = from + Duration::days(months * 30 + months / 2);
    changeovers
        .iter()
        .copied()
        .min_by_key(|day| (*day - about).num_days().abs())
        .filter(|day| *day > from)
        .unwrap_or(about)
}

impl Plan {
    pub fn draw(scale: &Scale, dice: &mut Dice) -> Self {
        let mut plan = Self::default();
        let changeovers = changeovers(scale.days);
        for number in 0..scale.supervisors {
            plan.supervisor(scale, &mut dice.apart(), number);
        }
        for number in 0..scale.trainees {
            plan.trainee(scale, &mut dice.apart(), number, &changeovers);
        }
        plan
    }

    fn at(&mut self, day: NaiveDate, who: usize, event: Event) {
        self.events.entry(day.max(FIRST)).or_default().push((who, event));
    }

    fn supervisor(&mut self, scale: &Scale, dice: &mut Dice, number: i64) {
        let who = self.people.len();
        let home = number % DEPARTMENTS;
        self.people.push(Character {
            name: format!("Dr Consultant {number}"),
            grade: "Consultant",
            tempo: tempo(dice, 0.02),
            home,
            senior: true,
            unreachable: dice.chance(0.03),
        });
        // Some come later, some retire or were here for a while only.
        let first = if dice.chance(0.75) { FIRST } else { FIRST + Duration::days(dice.between(30, scale.days)) };
        let last = dice.chance(0.3).then(|| first + Duration::days(dice.between(200, scale.days.max(400))));
        self.comes(dice, who, &[Stay { department: home, first, last, percent: 100 }]);
        self.leave(scale, dice, who, first, last);
    }

    fn trainee(&mut self, scale: &Scale, dice: &mut Dice, number: i64, changeovers: &[NaiveDate]) {
        let who = self.people.len();
        let home = dice.between(0, DEPARTMENTS - 1);
        let tempo = tempo(dice, 0.05);
        let unreachable = dice.chance(0.04);
        let grade = ["FY1", "FY2", "CT1", "ST3", "ST5"][usize::try_from(dice.between(0, 4)).unwrap_or_default()];
        let name = format!("Dr Trainee {number}");
        self.people.push(Character { name, grade, tempo, home, senior: false, unreachable });
        let stays = stays(scale, dice, home, changeovers);
        self.comes(dice, who, &stays);
        let (first, last) = (stays[0].first, stays[stays.len() - 1].last);
        self.leave(scale, dice, who, first, last);
        let often = scale.projects as f64 / scale.trainees as f64;
        for _ in 0..2 {
            if dice.chance(often * 0.62) {
                let begins = first.max(FIRST) + Duration::days(dice.between(10, 100));
                self.at(begins, who, Event::Registers);
            }
        }
        if dice.chance(0.12) {
            let day = first + Duration::days(dice.between(20, 400));
            self.at(day, who, Event::Vanishes);
        }
    }

    /// They are known some weeks before their first post, and each later post is.
    fn comes(&mut self, dice: &mut Dice, who: usize, stays: &[Stay]) {
        let known = stays[0].first - Duration::days(dice.between(35, 110));
        self.at(known, who, Event::Known);
        for stay in stays {
            self.at((stay.first - Duration::days(dice.between(14, 120))).max(known), who, Event::Post(*stay));
        }
        if self.people[who].unreachable && dice.chance(0.5) {
            self.at(known + Duration::days(dice.between(30, 200)), who, Event::Reachable);
        }
    }

    /// Leave of two weeks about once a year, and now and then of months: about one in twenty at any time.
    fn leave(&mut self, scale: &Scale, dice: &mut Dice, who: usize, first: NaiveDate, last: Option<NaiveDate>) {
        let last = last.unwrap_or(FIRST + Duration::days(scale.days)).min(FIRST + Duration::days(scale.days));
        let mut day = first.max(FIRST) + Duration::days(dice.between(20, 200));
        while day < last {
            let long = dice.chance(0.08);
            let days = if long { dice.between(60, 240) } else { dice.between(5, 27) };
            let away = Event::Away { first: day, last: day + Duration::days(days), keeps: dice.chance(0.1) };
            self.at(day - Duration::days(dice.between(0, 40)), who, away);
            day += Duration::days(days + dice.between(120, 340));
        }
    }
}

fn tempo(dice: &mut Dice, vanished: f64) -> Tempo {
    if dice.chance(vanished) {
        Tempo::Vanished
    } else if dice.chance(0.6) {
        Tempo::Prompt
    } else {
        Tempo::Late
    }
}

/// One to four posts of 4, 6 or 12 months from a changeover on; some come back later.
fn stays(scale: &Scale, dice: &mut Dice, home: i64, changeovers: &[NaiveDate]) -> Vec<Stay> {
    let end = FIRST + Duration::days(scale.days);
    let starts: Vec<NaiveDate> = changeovers
        .iter()
        .copied()
        .filter(|day| *day >= FIRST - Duration::days(250) && *day <= end - Duration::days(60))
        .collect();
    let mut first = dice.pick(&starts).unwrap_or(FIRST);
    let part_time = dice.chance(0.1);
    let mut stays = Vec::new();
    let mut department = home;
    let posts = dice.between(1, 4);
    for post in 0..posts {
        let months = [4, 6, 12][usize::try_from(dice.between(0, 2)).unwrap_or_default()];
        let next = months_later(first, if part_time { months + 2 } else { months }, changeovers);
        let last = next - Duration::days(1);
        stays.push(Stay { department, first, last: Some(last), percent: if part_time { 60 } else { 100 } });
        let gap = if dice.chance(0.1) && post + 1 < posts { dice.between(6, 14) } else { 0 };
        first = if gap > 0 { months_later(next, gap, changeovers) } else { next };
        department = if dice.chance(0.5) { department } else { dice.between(0, DEPARTMENTS - 1) };
    }
    stays
}

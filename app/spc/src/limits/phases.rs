use super::{ControlLimits, Data, LimitOptions, Refusal};
use super::{c, c_prime, g, i_prime, moving_range, moving_s, p, p_prime, run, t, u, u_prime, xmr};
use crate::kind::ChartKind;

/// A stretch of the series with its own lines, from its first point to the next phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Phase {
    /// The place of its first point.
    pub first: usize,
    /// How many points at its beginning the lines are computed from; none where all are. Points that
    /// are missing or excluded count, so that a frozen baseline ends where it was said to end.
    pub baseline: Option<usize>,
}

/// The chart of this kind, all points being one phase.
///
/// # Errors
///
/// [`Refusal::NeedsSubgroups`] for a chart of subgroups; of the others only [`t`] refuses data.
pub fn chart(kind: ChartKind, data: &Data, options: &LimitOptions) -> Result<ControlLimits, Refusal> {
    Ok(match kind {
        ChartKind::Run => run(data, options),
        ChartKind::Xmr => xmr(data, options),
        ChartKind::MovingRange => moving_range(data, options),
        ChartKind::P => p(data, options),
        ChartKind::PPrime => p_prime(data, options),
        ChartKind::U => u(data, options),
        ChartKind::UPrime => u_prime(data, options),
        ChartKind::C => c(data, options),
        ChartKind::CPrime => c_prime(data, options),
        ChartKind::G => g(data, options),
        ChartKind::T => t(data, options)?,
        ChartKind::IPrime => i_prime(data, options),
        ChartKind::MovingS => moving_s(data, options),
        ChartKind::Xbar | ChartKind::S | ChartKind::R => return Err(Refusal::NeedsSubgroups),
    })
}

/// The chart of every phase, in order; a phase without points is left out.
///
/// Phases may come in any order. Points before the first phase belong to a phase of their own, with
/// all of them for its baseline. [`Data::baseline`] is not looked at.
///
/// # Errors
///
/// As [`chart`]: if one phase is refused, all are.
pub fn by_phase(
    kind: ChartKind,
    data: &Data,
    phases: &[Phase],
    options: &LimitOptions,
) -> Result<Vec<ControlLimits>, Refusal> {
    spans(data.len(), phases)
        .into_iter()
        .map(|span| {
            let part = Data {
                values: slice(data.values, span.first, span.end),
                denominators: data.denominators.map(|all| slice(all, span.first, span.end)),
                used: data.used.map(|all| slice(all, span.first, span.end)),
                baseline: span.baseline,
            };
            chart(kind, &part, options)
        })
        .collect()
}

/// Where a phase begins and ends, and how many of its points are its baseline.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    /// The place of its first point.
    pub first: usize,
    /// The place after its last.
    pub end: usize,
    /// As in [`Phase`].
    pub baseline: Option<usize>,
}

/// The phases that have points, in order.
pub(crate) fn spans(len: usize, phases: &[Phase]) -> Vec<Span> {
    let mut starts: Vec<Phase> = phases.iter().copied().filter(|phase| phase.first < len).collect();
    starts.sort_by_key(|phase| phase.first);
    // Of two phases that begin at the same point, the one named last holds.
    starts.reverse();
    starts.dedup_by_key(|phase| phase.first);
    starts.reverse();
    if len > 0 && starts.first().is_none_or(|phase| phase.first > 0) {
        starts.insert(0, Phase::default());
    }
    let ends = starts.iter().skip(1).map(|phase| phase.first).chain([len]);
    starts.iter().zip(ends).map(|(phase, end)| Span { first: phase.first, end, baseline: phase.baseline }).collect()
}

/// The part of a list that is there.
pub(crate) fn slice<T>(all: &[T], first: usize, end: usize) -> &[T] {
    all.get(first..end.min(all.len())).unwrap_or(&[])
}

//! The lines of the points of one phase, in the unit of the series.

use super::options::ChartOptions;
use super::points::Plotted;
use crate::kind::ChartKind;
use crate::limits::{self, Centre, ControlLimits, Data, LimitOptions, Refusal};
use crate::screening::Screening;
use crate::series::{DataType, Series};
use crate::subgroup::{self, Aggregate, Subgroup, Subgroups};

/// The lines of one phase, computed from its first `baseline` points, or from all.
pub(super) fn lines(
    kind: ChartKind,
    plotted: &[Plotted],
    baseline: Option<usize>,
    series: &Series,
    options: &ChartOptions,
) -> Result<ControlLimits, Refusal> {
    let columns = Columns::of(plotted, baseline);
    let per = match series.data_type {
        DataType::Percentage => 100.0,
        DataType::Rate { per } => per,
        _ => 1.0,
    };
    let in_unit = |per: f64| limit_options(kind, options, per);
    let mut found = match kind {
        ChartKind::Xbar | ChartKind::S | ChartKind::R => return columns.subgroup_chart(kind, plotted, &in_unit(1.0)),
        ChartKind::P | ChartKind::PPrime | ChartKind::U | ChartKind::UPrime => {
            limits::chart(kind, &columns.ratios(), &in_unit(per))?.multiplied(per)
        }
        ChartKind::IPrime | ChartKind::MovingS if columns.has_ratios() => {
            limits::chart(kind, &columns.ratios(), &in_unit(per))?.multiplied(per)
        }
        ChartKind::IPrime | ChartKind::MovingS => columns.weighed_by_size(kind, plotted, &in_unit(1.0))?,
        _ => limits::chart(kind, &columns.values(), &in_unit(1.0))?,
    };
    bound(&mut found, series.data_type);
    Ok(found)
}

/// The engine's choices for this chart; a centre line given by hand is divided by `per`.
fn limit_options(kind: ChartKind, options: &ChartOptions, per: f64) -> LimitOptions {
    let centre = match options.centre.filter(|centre| centre.is_finite()) {
        // The centre of a distance between values is not that of the values.
        Some(_) if matches!(kind, ChartKind::MovingRange | ChartKind::MovingS) => Centre::Mean,
        Some(centre) => Centre::Given(centre / per),
        None => Centre::Mean,
    };
    let screening = if options.screening { Screening::ON } else { Screening::Off };
    LimitOptions { centre, screening, ..LimitOptions::default() }
}

/// The points of a phase, column by column.
struct Columns {
    values: Vec<Option<f64>>,
    numerators: Vec<Option<f64>>,
    denominators: Vec<Option<f64>>,
    used: Vec<bool>,
    baseline: Option<usize>,
}

impl Columns {
    fn of(plotted: &[Plotted], baseline: Option<usize>) -> Self {
        Self {
            values: plotted.iter().map(|plotted| plotted.point.value).collect(),
            numerators: plotted.iter().map(|plotted| plotted.point.numerator).collect(),
            denominators: plotted.iter().map(|plotted| plotted.point.denominator).collect(),
            used: plotted.iter().map(|plotted| !plotted.point.excluded).collect(),
            baseline,
        }
    }

    fn has_ratios(&self) -> bool {
        self.numerators.iter().any(Option::is_some)
    }

    /// The values alone, each with the same weight.
    fn values(&self) -> Data<'_> {
        Data { values: &self.values, denominators: None, used: Some(&self.used), baseline: self.baseline }
    }

    /// Numerators over denominators.
    fn ratios(&self) -> Data<'_> {
        Data { values: &self.numerators, denominators: Some(&self.denominators), ..self.values() }
    }

    /// A chart of means that weigh by how many values each stands for.
    fn weighed_by_size(
        &self,
        kind: ChartKind,
        plotted: &[Plotted],
        options: &LimitOptions,
    ) -> Result<ControlLimits, Refusal> {
        let sums: Vec<Option<f64>> =
            plotted.iter().map(|plotted| subgroup::aggregate(&plotted.raw, Aggregate::Sum)).collect();
        let sizes: Vec<Option<f64>> = plotted.iter().map(|plotted| Some(plotted.raw.len() as f64)).collect();
        limits::chart(kind, &Data { values: &sums, denominators: Some(&sizes), ..self.values() }, options)
    }

    fn subgroup_chart(
        &self,
        kind: ChartKind,
        plotted: &[Plotted],
        options: &LimitOptions,
    ) -> Result<ControlLimits, Refusal> {
        let groups: Vec<Subgroup> = plotted.iter().map(|plotted| Subgroup::of(&plotted.raw)).collect();
        let groups = Subgroups { groups: &groups, used: Some(&self.used), baseline: self.baseline };
        match kind {
            ChartKind::S => subgroup::s(&groups, options),
            ChartKind::R => subgroup::r(&groups, options),
            _ => subgroup::xbar(&groups, options),
        }
    }
}

/// Limits end where the quantity does: shares at 0 and 100 %, counts, rates and times at 0.
fn bound(limits: &mut ControlLimits, data_type: DataType) {
    let (least, most) = match data_type {
        DataType::Percentage => (0.0, 100.0),
        DataType::Measurement => return,
        _ => (0.0, f64::INFINITY),
    };
    if limits.values.iter().flatten().any(|value| !(least..=most).contains(value)) {
        return;
    }
    for line in limits.bands.iter_mut().flat_map(|band| band.lower.iter_mut().chain(&mut band.upper)) {
        *line = line.map(|line| line.clamp(least, most));
    }
}

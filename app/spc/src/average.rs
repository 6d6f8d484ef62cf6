//! Averages of plain numbers.

/// The median: the middle value in order of size, or the mean of the two middle ones.
///
/// `None` for no values. Values that are not finite are left out.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let high = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(high);
    }
    let low = sorted[middle - 1];
    let sum = low + high;
    // Two values near the largest double would overflow when added.
    Some(if sum.is_finite() { sum / 2.0 } else { low / 2.0 + high / 2.0 } + 0.0)
}

/// The arithmetic mean; `None` for no values or where it is not a finite number.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let first = values.iter().sum::<f64>() / n;
    if !first.is_finite() {
        // A sum beyond the largest double: dividing first keeps it in range.
        let scaled = values.iter().map(|value| value / n).sum::<f64>();
        return scaled.is_finite().then_some(scaled);
    }
    // A second pass takes away the error of rounding of the first.
    let correction = values.iter().map(|value| value - first).sum::<f64>() / n;
    let refined = first + correction;
    Some(if refined.is_finite() { refined } else { first } + 0.0)
}

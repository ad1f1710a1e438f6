//! How the figures are shown: one line per contestant and step, ratios to the ruler.

use std::time::Duration;

/// What a step cost per million records.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// CPU seconds of the server, user and system.
    pub cpu_seconds_per_million: f64,
    /// Millions of records a second, as the one client saw it.
    pub millions_per_second: f64,
}

/// One contestant under one load.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub name: &'static str,
    pub produce: Cost,
    pub consume: Cost,
    pub delay_p50: Duration,
    pub delay_p99: Duration,
    pub resident_mib: (f64, f64),
}

/// The cost whose CPU is the median.
pub fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by(|a, b| a.cpu_seconds_per_million.total_cmp(&b.cpu_seconds_per_million));
    costs[costs.len() / 2]
}

pub fn print_start(name: &str, sorted_ms: &[f64], target_ms: f64) {
    let median = sorted_ms[sorted_ms.len() / 2];
    let (first, last) = (sorted_ms[0], sorted_ms[sorted_ms.len() - 1]);
    println!(
        "exec to first Metadata answer, {name:<6}  {median:6.1} ms ({first:.1} to {last:.1}, \
         median of {}){}",
        sorted_ms.len(),
        verdict(name, median, target_ms, "ms")
    );
}

pub fn print_idle(name: &str, (all, anonymous): (f64, f64), target_mib: f64) {
    println!(
        "idle resident memory,          {name:<6}  {all:6.1} MiB (anonymous {anonymous:.1}){}",
        verdict(name, all, target_mib, "MiB")
    );
}

/// Only the broker has targets.
fn verdict(name: &str, value: f64, target: f64, unit: &str) -> String {
    let word = if value <= target { "met" } else { "MISSED" };
    match name {
        "ottla" => format!("; target {target} {unit} {word}"),
        _ => String::new(),
    }
}

/// Prints one load's rows; the first is the ruler's.
pub fn print(durability: &str, load: &str, rows: &[Row]) {
    println!("\n{durability}, records of {load}, acks=all, 5 in flight");
    println!("{:8} {:28} {:28} {:17} memory", "", "produce", "consume", "delay of an ack");
    println!(
        "{:8} CPU s/M   ratio  M rec/s     CPU s/M   ratio  M rec/s     p50 us   p99 us   anon MiB",
        ""
    );
    let Some(ruler) = rows.first() else {
        return;
    };
    for row in rows {
        println!(
            "{:<6} {}   {}   {:>8} {:>8}   {:>8.1}",
            row.name,
            cells(row.produce, ruler.produce),
            cells(row.consume, ruler.consume),
            row.delay_p50.as_micros(),
            row.delay_p99.as_micros(),
            row.resident_mib.1,
        );
    }
}

fn cells(cost: Cost, ruler: Cost) -> String {
    let ratio = cost.cpu_seconds_per_million / ruler.cpu_seconds_per_million;
    format!(
        "{:>9.4} {:>7.2} {:>8.3}",
        cost.cpu_seconds_per_million, ratio, cost.millions_per_second
    )
}

//! Measures what collecting Microsoft Intune takes: requests, memory, time, and whether the feed of
//! a second job tells what changed.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use clap::Parser;
use tempfile::TempDir;
use tests::bench::{
    self, Cloud, Error, MOST_MEMORY, Report, Task, Tenant, groups, megabytes, verdict,
};

/// How many requests it may take besides those for pages of devices and for files of reports.
const REQUESTS: u64 = 100;

/// How many devices come with a page.
const PAGE: u64 = 1000;

/// Collects Microsoft 365 of a simulated tenant with few users and many devices, in a process of
/// its own, lets one device of a hundred change, and collects it again.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many devices Intune manages
    #[arg(long, default_value_t = 50_000)]
    devices: u32,

    /// How many applications were found on devices
    #[arg(long, default_value_t = 100_000)]
    applications: u32,

    /// How many of them a device has on average
    #[arg(long, default_value_t = 80)]
    applications_per_device: u32,

    /// How many users the tenant has
    #[arg(long, default_value_t = 200)]
    users: u32,
}

fn main() -> Result<(), Error> {
    bench::play(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let Arguments { devices, applications, applications_per_device, users } = *arguments;
    let tenant =
        Tenant { users, devices, applications, applications_per_device, ..Tenant::default() };
    let mut cloud = Cloud::start(tenant)?;
    let folder = TempDir::new()?;
    let events = vec![cloud.microsoft365.clone()];
    let task = Task { store: Some(folder.path().to_owned()), ..cloud.task(events) };
    let first = task.run()?;
    let all = cloud.counters()?.requests;
    // What is read of the directory, signing in, and what a job asks before it begins.
    let directory: u64 = ["users", "users-sign-in-activity", "groups", "account"]
        .iter()
        .map(|step| first.requests(step))
        .sum();
    let reports = files(&first);
    let pages = u64::from(devices).div_ceil(PAGE);
    let beyond = all.saturating_sub(pages + reports + directory);
    println!(
        "{} HTTP requests: {pages} pages of devices, {reports} files of reports, {directory} of the directory, and \
         {beyond} more (at most {REQUESTS}: {})",
        groups(all),
        verdict(beyond <= REQUESTS),
    );
    print("first job", &first);
    let changed = cloud.change_devices(devices / 100)?;
    let second = task.run()?;
    print("second job", &second);
    println!("  {changed} devices had changed; the feed tells {:?}", second.changes);
    Ok(())
}

/// How many files of reports were read: a page each, in the steps that read nothing else.
fn files(report: &Report) -> u64 {
    let steps = [
        "compliance-policies-and-findings",
        "detected-application-installations",
        "detected-applications",
        "device-configurations-and-findings",
    ];
    let ledger = report.summaries.iter().flat_map(|it| &it.ledger);
    let mut pages: Vec<(&str, u64)> = ledger.map(|it| (it.step.as_str(), it.pages)).collect();
    pages.dedup();
    pages.iter().filter(|(step, _)| steps.contains(step)).map(|(_, pages)| pages).sum()
}

fn print(name: &str, report: &Report) {
    let (peak, incomplete) = (megabytes(report.peak), report.incomplete());
    println!(
        "{name}: {} entities, {} relationships, {incomplete} not complete; {peak:.1} MB at most (at most {MOST_MEMORY} MB: {}); \
         {:.0} s, of which {:.0} s of linking; {:.0} s of a processor",
        groups(report.entities()),
        groups(report.relationships()),
        verdict(peak <= MOST_MEMORY),
        report.seconds,
        report.seconds - report.collected,
        report.cpu,
    );
}

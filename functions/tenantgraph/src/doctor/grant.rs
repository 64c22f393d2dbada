//! The commands that grant what a doctor found missing.

use std::path::Path;

use collector::doctor::{Finding, Report};
use steps::Permission;

use crate::print::word;
use crate::setup::grant;

/// How many permissions of Microsoft Graph are granted one by one. The script of `setup` grants
/// more of them sooner.
const ONE_BY_ONE: usize = 3;

/// The commands, in the order in which to run them. `event` is the file that was examined.
pub(super) fn commands(report: &Report, event: &Path) -> Vec<String> {
    let lacks_role = report.findings.iter().any(|finding| match finding {
        Finding::ActionsMissing { .. } => finding.loses(),
        Finding::RootRoleMissing { .. } | Finding::NoSubscriptions => true,
        _ => false,
    });
    let lacking = report.findings.iter().filter_map(|finding| match finding {
        Finding::GraphPermissionMissing { permission, .. } => Some(*permission),
        _ => None,
    });
    let lacking: Vec<&str> = lacking.collect();
    if lacks_role || lacking.len() > ONE_BY_ONE {
        return vec![format!("bash <(tenantgraph setup {})", word(&event.to_string_lossy()))];
    }
    let client = report.client_id.as_deref().unwrap_or("CLIENT_ID");
    lacking.into_iter().map(|it| grant(&Permission::Graph(it), client, "/")).collect()
}

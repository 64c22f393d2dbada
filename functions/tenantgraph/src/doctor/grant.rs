//! The commands that grant what a doctor found missing.

use std::path::Path;

use collector::doctor::{Finding, Report, VaultRefusal};
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
    let client = report.client_id.as_deref().unwrap_or("CLIENT_ID");
    let mut commands = if lacks_role || lacking.len() > ONE_BY_ONE {
        vec![
            format!("tenantgraph setup {} --out setup", word(&event.to_string_lossy())),
            "bash setup/setup.sh".to_owned(),
        ]
    } else {
        lacking.into_iter().map(|it| grant(&Permission::Graph(it), client, "/")).collect()
    };
    commands.extend(policies(report));
    commands
}

/// What lets the principal list what is in vaults that go by access policies.
fn policies(report: &Report) -> impl Iterator<Item = String> {
    let whom = report.object_id.as_deref().unwrap_or("OBJECT_ID");
    let vaults = report.findings.iter().filter(|it| it.loses()).flat_map(|finding| match finding {
        Finding::VaultsRefuse { vaults, because: VaultRefusal::Policy, .. } => vaults.as_slice(),
        _ => &[],
    });
    vaults.filter_map(|id| id.rsplit('/').next()).map(move |name| {
        format!(
            "az keyvault set-policy --name {} --object-id {whom} --key-permissions list \
             --secret-permissions list --certificate-permissions list",
            word(name)
        )
    })
}

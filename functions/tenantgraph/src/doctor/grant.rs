//! The commands that grant what a doctor found missing.

use collector::doctor::{Finding, Report};

/// Microsoft Graph, as an application whose permissions are granted.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// The commands, in the order in which to run them.
pub(super) fn commands(report: &Report) -> Vec<String> {
    let mut commands = graph(report);
    commands.extend(roles(report));
    commands
}

fn graph(report: &Report) -> Vec<String> {
    let ids = report.findings.iter().filter_map(|finding| match finding {
        Finding::GraphPermissionMissing { app_role_id: Some(id), .. } => Some(format!("{id}=Role")),
        _ => None,
    });
    let ids: Vec<String> = ids.collect();
    if ids.is_empty() {
        return Vec::new();
    }
    let client = report.client_id.as_deref().unwrap_or("CLIENT_ID");
    let ids = ids.join(" ");
    vec![
        format!("az ad app permission add --id {client} --api {GRAPH} --api-permissions {ids}"),
        format!("az ad app permission admin-consent --id {client}"),
    ]
}

fn roles(report: &Report) -> Vec<String> {
    let mut scopes = Vec::new();
    for finding in report.findings.iter().filter(|it| it.loses()) {
        match finding {
            Finding::ActionsMissing { subscriptions, .. } => {
                scopes.extend(subscriptions.iter().map(|it| format!("/subscriptions/{}", it.id)));
            }
            Finding::RootRoleMissing { .. } | Finding::NoSubscriptions => scopes.push(format!(
                "/providers/Microsoft.Management/managementGroups/{}",
                report.tenant
            )),
            _ => (),
        }
    }
    scopes.sort_unstable();
    scopes.dedup();
    let whom = report.object_id.as_deref().unwrap_or("OBJECT_ID");
    let assign = |scope: &String| {
        format!(
            "az role assignment create --assignee-object-id {whom} \
             --assignee-principal-type ServicePrincipal --role Reader --scope {scope}"
        )
    };
    scopes.iter().map(assign).collect()
}

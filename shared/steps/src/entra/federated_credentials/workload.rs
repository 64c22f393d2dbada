//! Which workload a federated identity credential trusts, read from the issuer and the subject.
//!
//! Every identity provider writes subjects in its own way. Sources: Microsoft Entra's "Workload
//! identity federation", and what the providers document of the claim `sub` of their tokens.

use crate::item::Item;

/// A GitHub Actions workflow: `repo:owner/name:ref:refs/heads/main`, or with `environment:` or
/// `pull_request` at the end.
pub(super) const GITHUB: &str = "GitHub";

/// A pod in a cluster of Azure Kubernetes Service: `system:serviceaccount:namespace:name`.
pub(super) const AKS: &str = "Azure Kubernetes Service";

/// A pipeline of Azure DevOps, with a token of Azure DevOps itself or of the directory.
const AZURE_DEVOPS: &str = "Azure DevOps";

/// A managed identity of a directory: the subject is its object id.
pub(super) const ENTRA: &str = "Microsoft Entra ID";

/// Properties of a credential.
type Details = Vec<(&'static str, String)>;

/// A workload outside.
#[derive(Debug)]
pub(super) struct Workload {
    /// Where it runs.
    pub(super) platform: &'static str,
    /// What else the issuer and the subject say of it, as properties of the credential.
    pub(super) details: Details,
}

impl Workload {
    pub(super) fn of(credential: &Item<'_>) -> Option<Self> {
        let subject = credential.text("/subject").unwrap_or_default();
        Some(Self::read(credential.text("/issuer")?, subject))
    }

    /// The value of a property.
    pub(super) fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str())
    }

    /// Whether the workload is known to a directory.
    pub(super) fn is_of(&self, directory: &str) -> bool {
        self.detail("trustedTenantId").is_some_and(|it| it.eq_ignore_ascii_case(directory))
    }

    fn read(issuer: &str, subject: &str) -> Self {
        let address = issuer.strip_prefix("https://").unwrap_or(issuer);
        let (host, path) = address.split_once('/').unwrap_or((address, ""));
        let host = host.to_ascii_lowercase();
        let first = path.split('/').next().unwrap_or_default();
        let (platform, details) = match host.as_str() {
            "token.actions.githubusercontent.com" => (GITHUB, github(subject)),
            "gitlab.com" => ("GitLab", gitlab(subject)),
            "vstoken.dev.azure.com" => (AZURE_DEVOPS, azure_devops(subject)),
            "app.terraform.io" => ("HCP Terraform", terraform(subject)),
            "accounts.google.com" => ("Google Cloud", Vec::new()),
            "cognito-identity.amazonaws.com" => ("Amazon Web Services", Vec::new()),
            _ if subject.starts_with("sc://") || subject.starts_with("p://") => {
                (AZURE_DEVOPS, azure_devops(subject))
            }
            _ if host.starts_with("login.") && is_service_connection(subject) => {
                (AZURE_DEVOPS, Vec::new())
            }
            "login.microsoftonline.com"
            | "login.microsoftonline.us"
            | "login.partner.microsoftonline.cn" => {
                (ENTRA, vec![("trustedTenantId", first.to_owned())])
            }
            // Each cluster has an issuer below a host of its region.
            _ if host.ends_with(".oic.prod-aks.azure.com") => (AKS, service_account(subject)),
            _ if host.ends_with(".tokens.sts.global.api.aws") => {
                ("Amazon Web Services", Vec::new())
            }
            _ if subject.starts_with(SERVICE_ACCOUNT) => ("Kubernetes", service_account(subject)),
            _ => ("Other", Vec::new()),
        };
        let details = details.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Self { platform, details }
    }
}

/// What stands before the namespace and the name of a Kubernetes service account.
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

fn service_account(subject: &str) -> Details {
    let account = subject.strip_prefix(SERVICE_ACCOUNT).and_then(|it| it.split_once(':'));
    let Some((namespace, name)) = account else { return Vec::new() };
    vec![("namespace", namespace.to_owned()), ("serviceAccount", name.to_owned())]
}

fn github(subject: &str) -> Details {
    let Some(rest) = subject.strip_prefix("repo:") else { return Vec::new() };
    let (repository, claim) = rest.split_once(':').unwrap_or((rest, ""));
    let Some((owner, name)) = repository.split_once('/') else { return Vec::new() };
    let (owner, name) = (without_id(owner), without_id(name));
    let mut details =
        vec![("organization", owner.to_owned()), ("repository", format!("{owner}/{name}"))];
    details.push(match claim.split_once(':') {
        Some(("ref", it)) => ("ref", it.to_owned()),
        Some(("environment", it)) => ("environment", it.to_owned()),
        _ => ("event", claim.to_owned()),
    });
    details
}

/// The name of an owner or a repository. Subjects may have its id after it: `contoso@12345`.
fn without_id(name: &str) -> &str {
    match name.split_once('@') {
        Some((name, id)) if !id.is_empty() && id.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => name,
    }
}

/// `project_path:group/project:ref_type:branch:ref:main`.
fn gitlab(subject: &str) -> Details {
    let Some(rest) = subject.strip_prefix("project_path:") else { return Vec::new() };
    let (project, claims) = rest.split_once(':').unwrap_or((rest, ""));
    let group = project.rsplit_once('/').map_or("", |(group, _)| group);
    let branch = claims.split_once(":ref:").map_or("", |(_, branch)| branch);
    vec![
        ("organization", group.to_owned()),
        ("repository", project.to_owned()),
        ("ref", branch.to_owned()),
    ]
}

/// What stands in the subject of a service connection of Azure DevOps that the directory issues
/// tokens for: `/eid1/c/pub/t/{directory}/a/{Azure DevOps}/sc/{organization}/{service connection}`,
/// all as ids.
fn is_service_connection(subject: &str) -> bool {
    subject.starts_with("/eid1/") && subject.contains("/sc/")
}

/// `sc://organization/project/service connection`, or `p://` for a pipeline.
fn azure_devops(subject: &str) -> Details {
    let rest = subject.strip_prefix("sc://").or_else(|| subject.strip_prefix("p://"));
    let Some(rest) = rest else { return Vec::new() };
    let names = ["organization", "project"].into_iter();
    names.zip(rest.split('/')).map(|(name, it)| (name, it.to_owned())).collect()
}

/// `organization:o:project:p:workspace:w:run_phase:apply`.
fn terraform(subject: &str) -> Details {
    let words: Vec<&str> = subject.split(':').collect();
    let after = |name| {
        let at = words.iter().position(|it| *it == name);
        at.and_then(|at| words.get(at + 1)).map(|it| (*it).to_owned()).unwrap_or_default()
    };
    ["organization", "project", "workspace"].into_iter().map(|name| (name, after(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(issuer: &str, subject: &str, platform: &str, details: &[(&str, &str)]) {
        let found = Workload::read(issuer, subject);
        assert_eq!(found.platform, platform);
        let found: Vec<_> = found.details.iter().map(|(name, it)| (*name, it.as_str())).collect();
        assert_eq!(found, details, "{subject}");
    }

    #[test]
    fn a_workflow_is_of_a_repository() {
        let check = |subject, details: &[(&str, &str)]| {
            check("https://token.actions.githubusercontent.com", subject, GITHUB, details);
        };
        let of = [("organization", "contoso"), ("repository", "contoso/shop")];
        let with = |detail| [of[0], of[1], detail];
        check("repo:contoso/shop:ref:refs/heads/main", &with(("ref", "refs/heads/main")));
        check("repo:contoso/shop:environment:prod:eu", &with(("environment", "prod:eu")));
        check("repo:contoso/shop:pull_request", &with(("event", "pull_request")));
        check("repo:contoso/shop", &of);
        let with_ids = "repo:contoso@123/shop@456:environment:prod";
        check(with_ids, &with(("environment", "prod")));
        check("repo:contoso", &[]);
        check("repository_owner:contoso", &[]);
        check("", &[]);
    }

    #[test]
    fn a_pod_runs_as_a_service_account() {
        let subject = "system:serviceaccount:payments:api";
        let details = [("namespace", "payments"), ("serviceAccount", "api")];
        let aks = "https://westeurope.oic.prod-aks.azure.com/d/c/";
        check(aks, subject, AKS, &details);
        check("https://oidc.example.net/cluster", subject, "Kubernetes", &details);
        check(aks, "payments", AKS, &[]);
    }

    #[test]
    fn other_platforms_are_told_by_their_issuers() {
        check(
            "https://gitlab.com",
            "project_path:contoso/web/shop:ref_type:branch:ref:main",
            "GitLab",
            &[("organization", "contoso/web"), ("repository", "contoso/web/shop"), ("ref", "main")],
        );
        check(
            "https://vstoken.dev.azure.com/0a",
            "sc://contoso/shop/production",
            "Azure DevOps",
            &[("organization", "contoso"), ("project", "shop")],
        );
        let directory = "https://login.microsoftonline.com/0d/v2.0";
        check(directory, "/eid1/c/pub/t/AA/a/BB/sc/0a/0b", "Azure DevOps", &[]);
        let pipeline = [("organization", "contoso"), ("project", "shop")];
        check("https://vstoken.dev.azure.com/0a", "p://contoso/shop/7", "Azure DevOps", &pipeline);
        check(
            "https://app.terraform.io",
            "organization:contoso:project:shop:workspace:eu:run_phase:apply",
            "HCP Terraform",
            &[("organization", "contoso"), ("project", "shop"), ("workspace", "eu")],
        );
        let tenant = "https://login.microsoftonline.com/0d/v2.0";
        check(tenant, "0e", ENTRA, &[("trustedTenantId", "0d")]);
        check("https://accounts.google.com", "1234", "Google Cloud", &[]);
        check("https://0f.tokens.sts.global.api.aws", "arn", "Amazon Web Services", &[]);
        check("nonsense", "", "Other", &[]);
    }
}

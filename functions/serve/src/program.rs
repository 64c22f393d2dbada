//! Programs, as IAM knows them.

use std::str::FromStr;

/// A role or a user of IAM that may ask without a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its own ARN.
    arn: String,
    /// How the ARN of a session begins, if it is a role.
    session: Option<String>,
}

/// Why a text names no program.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the ARN of a role or a user of IAM")]
pub struct NoProgram(String);

impl FromStr for Program {
    type Err = NoProgram;

    fn from_str(arn: &str) -> Result<Self, Self::Err> {
        let no_program = || NoProgram(arn.to_owned());
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, name] = parts[..] else {
            return Err(no_program());
        };
        if account.is_empty() || arn.contains(['*', '?']) {
            return Err(no_program());
        }
        let session = match name.split('/').collect::<Vec<_>>()[..] {
            // The path of a role is not in the ARN of its session.
            ["role", .., role] if !role.is_empty() => {
                Some(format!("arn:{partition}:sts::{account}:assumed-role/{role}/"))
            }
            ["user", .., user] if !user.is_empty() => None,
            _ => return Err(no_program()),
        };
        Ok(Self { arn: arn.to_owned(), session })
    }
}

impl Program {
    /// Whether it is whom AWS Lambda names as the caller.
    pub(crate) fn is(&self, caller: &str) -> bool {
        let has_begun = |session: &String| caller.starts_with(session);
        caller == self.arn || self.session.as_ref().is_some_and(has_begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(arn: &str) -> Program {
        arn.parse().unwrap()
    }

    #[test]
    fn a_role_is_known_by_its_sessions() {
        let role = program("arn:aws:iam::123456789012:role/of/reports");
        assert!(role.is("arn:aws:sts::123456789012:assumed-role/reports/i-0abc"));
        assert!(!role.is("arn:aws:sts::123456789012:assumed-role/reports-2/i-0abc"));
        assert!(!role.is("arn:aws:sts::210987654321:assumed-role/reports/i-0abc"));
        assert!(!role.is("arn:aws:iam::123456789012:user/reports"));
        assert!(!role.is(""));
    }

    #[test]
    fn a_user_is_known_by_its_arn() {
        let user = program("arn:aws:iam::123456789012:user/anja");
        assert!(user.is("arn:aws:iam::123456789012:user/anja"));
        assert!(!user.is("arn:aws:iam::123456789012:user/anja2"));
    }

    #[test]
    fn whatever_else_names_no_program() {
        for arn in [
            "*",
            "",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:role/*",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam:::role/reports",
            "arn:aws:sts::123456789012:assumed-role/reports/x",
        ] {
            assert_eq!(arn.parse::<Program>(), Err(NoProgram(arn.to_owned())));
        }
    }
}

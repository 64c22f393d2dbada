//! One exchange of a group: what became of each of its documents, and what is to be done next.

use std::time::Duration;

use collector::ports::{Answer, Document, Failure};
use steps::Service;

use crate::broken::Broken;
use crate::classify::{Outcome, classify, classify_broken};
use crate::governor::Governor;
use crate::identity::Token;
use crate::item::Item;
use crate::transport::Reply;

/// How often a new token is tried where a service does not accept one. A service may refuse a good
/// token once; one that refuses each has a reason.
const REFRESHES: u32 = 2;

/// How often is asked again for what is no document. A gateway may answer in the place of a service
/// for a moment; an answer that is the same each time is what the service has to say.
const NO_DOCUMENTS: u32 = 2;

/// The longest wait that is one. The longest window that Microsoft has ever counted requests in is
/// an hour.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// What happened in one exchange of a group, beyond what became of each item.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// How long to wait before the next exchange, for what may pass.
    pub(crate) pause: Duration,
    /// That the service refused a request because there were too many, and how long it says to wait
    /// at least.
    pub(crate) throttle: Option<Duration>,
    /// That the service did not accept the token.
    pub(crate) is_refused: bool,
    /// That the service did answer something.
    pub(crate) is_answered: bool,
}

impl Round {
    /// What becomes of an item: an answer, or none if it is to be sent again.
    pub(crate) fn settle(
        &mut self,
        item: &mut Item,
        outcome: Outcome,
        reply: Result<Reply, Broken>,
    ) -> Option<Answer> {
        match outcome {
            Outcome::Success => {
                self.is_answered = true;
                let body = reply.map(|reply| reply.body).unwrap_or_default();
                Some(Ok(Document { body, requests: item.requests, refused: item.refused }))
            }
            Outcome::Final(failure) => {
                self.is_answered = true;
                Some(Err(failure))
            }
            // Nobody else should have to wait for so long because of one list.
            Outcome::RetryAfter(Some(at_least)) if at_least > LONGEST_WAIT => {
                self.throttle = self.throttle.max(Some(Duration::ZERO));
                let most = LONGEST_WAIT.as_secs() / 60;
                let reason = format!("the service asks for a wait of more than {most} minutes");
                Some(Err(Failure::Failed(reason)))
            }
            Outcome::RetryAfter(at_least) => {
                self.throttle = self.throttle.max(Some(at_least.unwrap_or_default()));
                item.is_refused = true;
                item.refused += 1;
                None
            }
            Outcome::NoDocument(reason) if item.no_documents == NO_DOCUMENTS => {
                Some(Err(Failure::Unreadable(reason)))
            }
            Outcome::NoDocument(reason) => {
                item.no_documents += 1;
                self.again(item, reason)
            }
            Outcome::RetryNow(reason) => self.again(item, reason),
            Outcome::RefreshToken(reason) if item.refreshes == REFRESHES => {
                Some(Err(not_accepted(item.service, &reason)))
            }
            Outcome::RefreshToken(_) => {
                item.refreshes += 1;
                self.is_refused = true;
                None
            }
        }
    }

    /// Has an item sent again after a while, unless that was done often enough.
    fn again(&mut self, item: &mut Item, reason: String) -> Option<Answer> {
        let Some(wait) = item.attempts.failed() else { return Some(Err(Failure::Failed(reason))) };
        tracing::debug!(%reason, wait_ms = wait.as_millis(), "tried again");
        self.pause = self.pause.max(wait);
        None
    }
}

/// Says what a reply means for a document, and lets the governor learn from it.
pub(crate) fn judge(
    item: &Item,
    reply: &Result<Reply, Broken>,
    token: &Token,
    governor: &Governor,
) -> Outcome {
    let Reply { status, headers, body } = match reply {
        Ok(reply) => reply,
        Err(broken) => return classify_broken(broken),
    };
    governor.observe(headers, item.cost);
    if status.is_success() {
        return classify(*status, headers, body, item.service);
    }
    // Some gateways repeat in their errors what they were sent.
    let body = token.conceal(&String::from_utf8_lossy(body));
    classify(*status, headers, body.as_bytes(), item.service)
}

fn not_accepted(service: Service, reason: &str) -> Failure {
    let service = match service {
        Service::ResourceManager => "Azure Resource Manager",
        Service::Graph => "Microsoft Graph",
        Service::KeyVault => "the key vault",
    };
    Failure::Authentication(format!(
        "The sign-in service gives a token, and {service} does not accept it. Check that the cloud is \
         the right one and that the clock of this machine is right. (Microsoft said: {reason})"
    ))
}

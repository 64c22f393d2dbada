//! The pages, as HTML that needs nothing else.

use std::fmt::Write as _;

use collector::consent::{Collection, Granted, Invitation};
use steps::Integration;

use crate::request::BEGIN;
use crate::response::{Page, STYLE};

/// The page that leads to Microsoft.
pub(crate) fn begin(invitation: &Invitation) -> Page {
    let Invitation { instance, address, permissions } = invitation;
    let config = &instance.config;
    let tenant = config.known_directory().map_or_else(
        || "the tenant that you sign in to".to_owned(),
        |id| format!("<code>{}</code>", escape(id)),
    );
    let mut body = format!(
        "<p>tenantgraph makes an inventory of a Microsoft tenant: what is in it, and how it is connected. \
         It only reads, and changes nothing. An administrator of the tenant has to grant it admin \
         consent.</p>\
         <dl><dt>Connection</dt><dd>{}</dd><dt>Tenant</dt><dd>{tenant}</dd>\
         <dt>Application (client) ID</dt><dd><code>{}</code></dd></dl>\
         <h2>What happens next</h2>\
         <ol><li>You sign in at Microsoft with a work or school account that may consent for the whole \
         tenant: as Privileged Role Administrator or Global Administrator. A personal account does not \
         work.</li>\
         <li>Microsoft shows the permissions that the application asks for, and you accept or decline.</li>\
         <li>You return to this site. If you accepted, the inventory starts.</li></ol>\
         <h2>Permissions</h2>",
        escape(&instance.name),
        escape(config.client_id.as_deref().unwrap_or_default()),
    );
    if permissions.is_empty() {
        body.push_str(
            "<p>This connection needs no permission of Microsoft Graph. The consent adds the application \
             to your tenant, so that you can assign it a role.</p>",
        );
    } else {
        body.push_str(
            "<p>Microsoft shows all permissions of the application. This connection needs:</p><ul>",
        );
        for permission in permissions {
            // Writing to a string cannot fail.
            let _ = write!(body, "<li><code>{}</code></li>", escape(permission));
        }
        body.push_str("</ul>");
    }
    if instance.integration == Integration::Azure {
        body.push_str(
            "<p>This consent does not cover Azure subscriptions. The owner of a subscription assigns the \
             application a role there.</p>",
        );
    }
    let _ = write!(
        body,
        "<p><a class=\"go\" href=\"{}\">Continue to Microsoft</a></p>\
         <p>You have ten minutes, and have to stay in this browser. After that, reload this page.</p>",
        escape(address),
    );
    page(200, "Let tenantgraph read your Microsoft tenant", &body)
}

/// The page of a consent that was taken.
pub(crate) fn done(granted: &Granted) -> Page {
    let Granted { instance, collection } = granted;
    let next = match collection {
        Collection::Started(job) => format!(
            "The inventory has started, as job <code>{}</code>. It takes from minutes to some hours, \
             depending on the size of the tenant.",
            escape(&job.id),
        ),
        Collection::Running => {
            "An inventory is already running. The next one uses the permissions that you granted."
                .to_owned()
        }
        Collection::Disabled => {
            "The connection is disabled. tenantgraph reads nothing until it is enabled.".to_owned()
        }
        Collection::Later(_) => {
            "The inventory could not start now. The operator of tenantgraph finds the \
                                 reason in its log, and can start it."
                .to_owned()
        }
    };
    let body = format!(
        "<p>The tenant <code>{}</code> is connected as “{}”.</p>\
         <h2>What happens next</h2><p>{next}</p><p>You do not have to do anything else. You can close this \
         page.</p>\
         <h2>If you change your mind</h2>\
         <p>Delete the application <code>{}</code> under Enterprise applications in the Microsoft Entra \
         admin center. From then on it cannot read anything.</p>",
        escape(&instance.config.directory_id),
        escape(&instance.name),
        escape(instance.config.client_id.as_deref().unwrap_or_default()),
    );
    page(200, "Thank you: your tenant is connected", &body)
}

/// What a page that refuses is called.
pub(crate) const REFUSED: &str = "Your tenant was not connected";

/// What it is called where nothing was left to do.
pub(crate) const TAKEN: &str = "This consent was already accepted";

/// A page that says why something is refused, and leads to the beginning if that may help.
pub(crate) fn refused(status: u16, title: &str, reason: &str, instance: Option<&str>) -> Page {
    let mut body = format!("<p>{}</p>", escape(reason));
    if let Some(instance) = instance {
        let _ = write!(
            body,
            "<p><a class=\"go\" href=\"{BEGIN}?instance={}\">Start again</a></p>",
            escape(instance),
        );
    }
    page(status, title, &body)
}

fn page(status: u16, title: &str, body: &str) -> Page {
    let body = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} – tenantgraph</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    );
    Page { status, body, ..Page::default() }
}

/// A text as HTML, in an element or in an attribute with quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_cannot_become_markup() {
        let hostile = "<script>alert(1)</script>\"' onclick='x' &";
        let page = refused(400, REFUSED, hostile, Some(hostile));
        assert!(!page.body.contains("<script"), "{}", page.body);
        assert!(page.body.contains(
            "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onclick=&#39;x&#39; &amp;"
        ));
        assert_eq!(page.body.matches("<a ").count(), 1);
    }
}

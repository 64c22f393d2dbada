//! The files of the page, as `web/build.mjs` makes them of the sources in `web/`. They are kept in
//! the repository, so that nobody needs Node to build tenantgraph.

use crate::response::Response;

macro_rules! file {
    ($path:literal, $content_type:literal, $name:literal) => {
        ($path, $content_type, include_bytes!(concat!("../dist/", $name)).as_slice())
    };
}

/// The files, by path.
const FILES: &[(&str, &str, &[u8])] = &[
    file!("/", "text/html; charset=utf-8", "index.html"),
    file!("/app.js", "text/javascript; charset=utf-8", "app.js"),
    file!("/cytoscape.js", "text/javascript; charset=utf-8", "cytoscape.js"),
    file!("/layout.js", "text/javascript; charset=utf-8", "layout.js"),
    file!("/style.css", "text/css; charset=utf-8", "style.css"),
    file!("/icon.svg", "image/svg+xml", "icon.svg"),
    file!("/licences.txt", "text/plain; charset=utf-8", "licences.txt"),
];

/// The file at a path.
pub(crate) fn find(path: &str) -> Option<Response> {
    let (_, content_type, bytes) = FILES.iter().find(|(it, ..)| *it == path)?;
    Some(Response::file(content_type, bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// How large the page may be, as it would be sent.
    const LARGEST: usize = 160_000;

    #[test]
    fn the_page_is_small() {
        let compress = |bytes: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap().len()
        };
        let sent = FILES.iter().filter(|(path, ..)| *path != "/licences.txt");
        let bytes: usize = sent.map(|(_, _, bytes)| compress(bytes)).sum();
        assert!(bytes <= LARGEST, "{bytes} bytes");
    }

    #[test]
    fn no_script_or_style_is_within_the_document() {
        let page = find("/").unwrap();
        let text = std::str::from_utf8(&page.body).unwrap();
        assert!(!text.contains("<style") && !text.contains(" style="), "{text}");
        assert_eq!(text.matches("<script").count(), text.matches("<script src=").count());
        assert!(!text.contains(" on"), "an attribute such as onclick");
        assert!(!text.contains("//"), "an address of another server: {text}");
    }
}

//! Which account a lead belongs to, and by what accounts are recognised.

/// Hosts where anybody has an address: they say nothing of the company behind it.
const PUBLIC_HOSTS: [&str; 24] = [
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.com.tr",
    "outlook.com",
    "outlook.com.tr",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.com.tr",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "gmx.com",
    "gmx.de",
    "web.de",
    "proton.me",
    "protonmail.com",
    "yandex.com",
    "yandex.ru",
    "mail.ru",
    "mynet.com",
];

/// The mail domain by which a company is recognised; nothing for an address that anybody could have.
pub fn company_domain(email: &str) -> Option<String> {
    let domain = email.trim().rsplit_once('@')?.1.to_lowercase();
    let is_sound = domain.contains('.') && !domain.contains(char::is_whitespace);
    (is_sound && !PUBLIC_HOSTS.contains(&domain.as_str())).then_some(domain)
}

/// The domain that somebody who searches for `text` means: of an address, of a web page, or written plainly.
pub fn searched_domain(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let host = text.rsplit_once('@').map_or(text.as_str(), |(_, host)| host);
    let host = host.strip_prefix("https://").or_else(|| host.strip_prefix("http://")).unwrap_or(host);
    let host = host.strip_prefix("www.").unwrap_or(host);
    let host = host.split('/').next().unwrap_or_default();
    (host.contains('.') && !host.contains(|c: char| c.is_whitespace() || c.is_control())).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_host_recognises_nobody() {
        assert_eq!(company_domain("Ayse@Acme.COM").as_deref(), Some("acme.com"));
        assert_eq!(company_domain("ayse@gmail.com"), None);
        assert_eq!(company_domain("ayse"), None);
        assert_eq!(company_domain("ayse@localhost"), None);
    }

    #[test]
    fn a_domain_is_meant_in_many_ways() {
        for text in ["acme.com", "info@acme.com", "https://www.acme.com/about", " WWW.Acme.com "] {
            assert_eq!(searched_domain(text).as_deref(), Some("acme.com"), "{text}");
        }
        assert_eq!(searched_domain("Acme Ltd."), None);
        assert_eq!(searched_domain("acme"), None);
    }
}

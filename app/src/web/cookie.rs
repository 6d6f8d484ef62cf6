//! The session's cookie, and reading any other.

use http::HeaderMap;
use http::header::COOKIE;

use crate::visitor::Sessions;

fn session_name(sessions: Sessions) -> &'static str {
    if sessions.secure { "__Host-baton" } else { "baton" }
}

/// The token of the session that a request comes with, whatever has become of the session.
#[must_use]
pub fn session_token(sessions: Sessions, headers: &HeaderMap) -> Option<&str> {
    value(headers, session_name(sessions)).filter(|token| !token.is_empty())
}

/// The `Set-Cookie` value for a session's token. The browser forgets it when it is closed: the next person at the
/// ward's computer opens it anew. How long a session lasts is the server's to say.
#[must_use]
pub fn set_session(sessions: Sessions, token: &str) -> String {
    let secure = if sessions.secure { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{secure}", session_name(sessions))
}

/// The `Set-Cookie` value by which the browser forgets its session at once.
#[must_use]
pub fn forget_session(sessions: Sessions) -> String {
    let secure = if sessions.secure { "; Secure" } else { "" };
    format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}", session_name(sessions))
}

/// The value of a cookie.
pub(crate) fn value<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok()).find_map(|line| {
        line.split(';').find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == wanted).then_some(value)
        })
    })
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::testing::Result;

    #[test]
    fn the_token_that_is_set_is_read_back_until_it_is_forgotten() -> Result {
        for secure in [true, false] {
            let sessions = Sessions { secure, idle: Duration::hours(1), absolute: Duration::hours(12) };
            let set = set_session(sessions, "abc");
            assert_eq!(set.contains("Secure"), secure);
            assert!(!set.contains("Max-Age"), "it goes when the browser is closed");
            let pair = set.split(';').next().unwrap_or_default();
            let headers = [(COOKIE, format!("other=1; {pair}").parse()?)].into_iter().collect();
            assert_eq!(session_token(sessions, &headers), Some("abc"));
            let forgotten = forget_session(sessions);
            assert!(forgotten.contains("Max-Age=0"));
            let pair = forgotten.split(';').next().unwrap_or_default();
            assert_eq!(session_token(sessions, &[(COOKIE, pair.parse()?)].into_iter().collect()), None);
        }
        Ok(())
    }
}

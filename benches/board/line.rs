//! A line to the server that costs next to nothing, so that what is measured is the server: one connection that is kept,
//! requests written by hand, answers read as far as they are needed.

use crate::Trouble;
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// Everyone of the demo team signs in with this.
const PASSWORD: &str = "winback-demo";

/// One kept connection of somebody who is signed in.
pub struct Line {
    stream: TcpStream,
    host: String,
    cookie: String,
    unread: Vec<u8>,
}

impl Line {
    /// Signs in at `host` (name and port).
    pub fn sign_in(host: &str, email: &str) -> Result<Self, Trouble> {
        let mut line = Self::open(host, String::new())?;
        let form = format!("email={}&password={PASSWORD}", email.replace('@', "%40"));
        let (head, _) = line.send("/sign-in", "application/x-www-form-urlencoded", &form)?;
        let cookie = head
            .lines()
            .filter_map(|header| header.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .and_then(|(_, value)| value.split(';').next())
            .ok_or_else(|| format!("{email} could not sign in: {head}"))?;
        line.cookie = cookie.to_owned();
        Ok(line)
    }

    /// Another connection of the same session.
    pub fn beside(&self) -> Result<Self, Trouble> {
        Self::open(&self.host, self.cookie.clone())
    }

    fn open(host: &str, cookie: String) -> Result<Self, Trouble> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, host: host.to_owned(), cookie, unread: Vec::new() })
    }

    /// Calls a server function; its answer's text.
    pub fn ask(&mut self, path: &str, body: &str) -> Result<String, Trouble> {
        let (head, answer) = self.send(path, "application/json", body)?;
        if head.starts_with("HTTP/1.1 200") {
            Ok(answer)
        } else {
            Err(format!("{path} with {body}: {head}\n{answer}").into())
        }
    }

    fn send(&mut self, path: &str, kind: &str, body: &str) -> Result<(String, String), Trouble> {
        let host = &self.host;
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
            self.cookie,
            body.len()
        );
        self.stream.write_all(request.as_bytes())?;
        let head = self.until(b"\r\n\r\n")?;
        let head = String::from_utf8(head)?;
        let header = |wanted: &str| {
            head.lines()
                .filter_map(|header| header.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.trim().to_owned())
        };
        let mut answer = Vec::new();
        if let Some(length) = header("content-length") {
            answer = self.take(length.parse()?)?;
        } else if header("transfer-encoding").is_some() {
            loop {
                let size = self.until(b"\r\n")?;
                let size = usize::from_str_radix(std::str::from_utf8(&size)?.trim(), 16)?;
                let part = self.take(size + 2)?;
                answer.extend_from_slice(&part[..size]);
                if size == 0 {
                    break;
                }
            }
        }
        Ok((head, String::from_utf8(answer)?))
    }

    fn until(&mut self, end: &[u8]) -> Result<Vec<u8>, Trouble> {
        loop {
            if let Some(at) = self.unread.windows(end.len()).position(|window| window == end) {
                return self.take(at + end.len());
            }
            self.more()?;
        }
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, Trouble> {
        while self.unread.len() < length {
            self.more()?;
        }
        let rest = self.unread.split_off(length);
        Ok(std::mem::replace(&mut self.unread, rest))
    }

    fn more(&mut self) -> Result<(), Trouble> {
        let mut part = [0; 65536];
        match self.stream.read(&mut part)? {
            0 => Err("the server has closed the line".into()),
            length => {
                self.unread.extend_from_slice(&part[..length]);
                Ok(())
            }
        }
    }
}

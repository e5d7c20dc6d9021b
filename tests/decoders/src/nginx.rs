//! A real nginx on the loopback, with a `location` for each route.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use percent_encoding::percent_decode;

use crate::driver::Found;
use crate::judge::{Part, Reader};
use crate::message::Message;
use crate::shape::SHAPES;

/// The routes as regular expressions of nginx, each with the number of fields that it captures.
const ROUTES: [(&str, &str, usize); 6] = [
    ("tickets", "^/tickets/([^/]+)/done/?$", 1),
    ("page", r"^/t/x-([^/]+)\.html$", 1),
    ("two", "^/r/([^/]+)/([^/]+)/?$", 2),
    ("root", "^/([^/]+)$", 1),
    ("slash", "^/tickets/([^/]+)/$", 1),
    ("tenant", "^/Tenant/acme/([^/]+)/([^/]+)$", 2),
];
/// A separator of the parts of an answer. No message contains it.
const BETWEEN: &str = "\n--a part of the answer--\n";

/// An nginx server, which is stopped on drop.
pub(crate) struct Nginx {
    server: Child,
    port: u16,
    connection: Option<BufReader<TcpStream>>,
    arguments: Vec<&'static str>,
    readers: [Reader; 4],
}

impl Nginx {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let folder = folder.join("nginx");
        fs::create_dir_all(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let arguments = argument_names();
        let file = folder.join("nginx.conf");
        fs::write(&file, configuration(&folder, port, &arguments))?;
        let server = Command::new("nginx")
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(&file)
            .arg("-e")
            .arg(folder.join("error.log"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("nginx can't be started")?;
        let reader = |part, name: &str| Reader {
            part,
            name: format!("nginx {name}"),
        };
        let mut nginx = Self {
            server,
            port,
            connection: None,
            arguments,
            readers: [
                reader(Part::Query, "$arg_NAME"),
                reader(Part::Path, "$uri, split"),
                reader(Part::Path, "location ~"),
                reader(Part::Path, "location ~*"),
            ],
        };
        let start = Instant::now();
        while nginx.connect().is_err() {
            if let Some(status) = nginx.server.try_wait()? {
                bail!("nginx stopped: {status}; see {}", folder.display());
            }
            ensure!(
                start.elapsed() < Duration::from_secs(10),
                "nginx doesn't answer"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(nginx)
    }

    /// Returns the texts that an application behind nginx receives.
    pub(crate) fn found(&mut self, message: &Message) -> Result<Vec<(Reader, Found)>> {
        let shape = message.shape();
        let parts = self.ask("uri", &message.target)?;
        let mut found = Vec::new();
        let names = shape.query.iter().map(|(name, _)| {
            let at = self.arguments.iter().position(|known| known == name);
            let value = at.and_then(|at| parts.get(at + 1)?.clone().into());
            let value = value.filter(|value| !value.is_empty());
            value.map(|value| decode(&value)).into_iter().collect()
        });
        found.push((self.readers[0].clone(), names.collect()));
        let Some(route) = shape.route else {
            return Ok(found);
        };
        let count = shape.path.len();
        let nothing = || vec![Vec::new(); count];
        let one_each = |texts: Vec<Vec<u8>>| texts.into_iter().map(|text| vec![text]).collect();
        let path = parts.first().map_or(&b""[..], |path| path);
        let taken = take_apart(path, shape.template);
        found.push((
            self.readers[1].clone(),
            taken.map_or_else(nothing, one_each),
        ));
        for (reader, host) in [(2, "exact"), (3, "caseless")] {
            let mut parts = self.ask(host, &message.target)?;
            let texts = match parts.first().is_some_and(|name| name == route.as_bytes()) {
                true => one_each(parts.split_off(1)),
                false => nothing(),
            };
            found.push((self.readers[reader].clone(), texts));
        }
        Ok(found)
    }

    fn connect(&mut self) -> Result<()> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        self.connection = Some(BufReader::new(stream));
        Ok(())
    }

    /// Sends a request, and returns the parts of the answer, or none if nginx refuses the request.
    fn ask(&mut self, host: &str, target: &[u8]) -> Result<Vec<Vec<u8>>> {
        // A space would end the target, and a line break the request.
        if target.iter().any(|byte| b" \r\n".contains(byte)) {
            return Ok(Vec::new());
        }
        if self.connection.is_none() {
            self.connect()?;
        }
        let connection = self.connection.as_mut().context("a connection")?;
        let request = [
            b"GET ",
            target,
            b" HTTP/1.1\r\nHost: ",
            host.as_bytes(),
            b"\r\n\r\n",
        ];
        connection.get_mut().write_all(&request.concat())?;
        let mut line = String::new();
        connection.read_line(&mut line)?;
        let is_ok = line.starts_with("HTTP/1.1 200 ");
        let (mut length, mut stays) = (0, true);
        loop {
            line.clear();
            connection.read_line(&mut line)?;
            let lower = line.to_ascii_lowercase();
            match lower.trim_end().split_once(": ") {
                Some(("content-length", digits)) => length = digits.parse()?,
                Some(("connection", "close")) => stays = false,
                _ if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        connection.read_exact(&mut body)?;
        if !stays {
            self.connection = None;
        }
        Ok(match is_ok {
            true => split(&body, BETWEEN.as_bytes()),
            false => Vec::new(),
        })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The server has no state, and a failure can't be handled.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Returns the names that an nginx variable can have.
fn argument_names() -> Vec<&'static str> {
    let names = SHAPES.iter().flat_map(|shape| shape.query);
    let mut names: Vec<_> = names.map(|(name, _)| *name).collect();
    names.retain(|name| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    names.sort_unstable();
    names.dedup();
    names
}

fn configuration(folder: &Path, port: u16, arguments: &[&str]) -> String {
    let folder = folder.display();
    let arguments: String = arguments
        .iter()
        .map(|name| format!("{BETWEEN}$arg_{name}"))
        .collect();
    let locations = |matches: &str| -> String {
        let locations = ROUTES.iter().map(|(name, pattern, count)| {
            let texts: String = (1..=*count).map(|at| format!("{BETWEEN}${at}")).collect();
            format!("location {matches} \"{pattern}\" {{ return 200 \"{name}{texts}\"; }}\n")
        });
        locations.collect()
    };
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {folder}/{name};\n"))
        .concat();
    let server = |name: &str, locations: &str| {
        format!("server {{ listen 127.0.0.1:{port}; server_name {name};\n{locations} }}\n")
    };
    let servers = [
        server(
            "uri",
            &format!("location / {{ return 200 \"$uri{arguments}\"; }}"),
        ),
        server("exact", &locations("~")),
        server("caseless", &locations("~*")),
    ];
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\n\
         events {{ worker_connections 64; }}\n\
         http {{ access_log off;\nroot {folder}/nothing;\n\
         default_type application/octet-stream;\n{paths}\
         keepalive_timeout 1h;\nkeepalive_requests 1000000000;\nlarge_client_header_buffers 8 64k;\n{} }}\n",
        servers.concat()
    )
}

/// Decodes a raw query value as an application does.
fn decode(value: &[u8]) -> Vec<u8> {
    let spaces: Vec<_> = value
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    percent_decode(&spaces).collect()
}

/// Reads the fields of a decoded path by the path of a template, like a program that splits at `/`.
fn take_apart(path: &[u8], template: &str) -> Option<Vec<Vec<u8>>> {
    let wanted = template.strip_prefix("https://desk.example")?;
    let wanted = wanted.split('?').next()?.trim_matches('/');
    let start = path.iter().position(|&byte| byte != b'/')?;
    let end = path.iter().rposition(|&byte| byte != b'/')?;
    let mut parts = path[start..=end].split(|&byte| byte == b'/');
    let mut found = Vec::new();
    for wanted in wanted.split('/') {
        let part = parts.next()?;
        let Some((before, rest)) = wanted.split_once('{') else {
            if part != wanted.as_bytes() {
                return None;
            }
            continue;
        };
        let (_, after) = rest.split_once('}')?;
        let text = part.strip_prefix(before.as_bytes())?;
        found.push(text.strip_suffix(after.as_bytes())?.to_vec());
    }
    parts.next().is_none().then_some(found)
}

fn split(text: &[u8], between: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = vec![];
    let mut rest = text;
    while let Some(at) = rest
        .windows(between.len())
        .position(|window| window == between)
    {
        parts.push(rest[..at].to_vec());
        rest = &rest[at + between.len()..];
    }
    parts.push(rest.to_vec());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split() {
        let template = "https://desk.example/t/x-{reference}.html?sub={submission_id}";
        assert_eq!(
            take_apart(b"/t/x-1.html/", template),
            Some(vec![b"1".to_vec()])
        );
        assert_eq!(take_apart(b"/t/y-1.html", template), None);
        assert_eq!(take_apart(b"/t/x-1.html/2", template), None);
    }
}

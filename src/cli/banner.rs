//! What `ottla serve` says on stdout: a banner when it starts, one line when it is ready.

use crate::settings::{Address, Durability, Settings};

/// The banner: version, data folder, listeners and what each tells clients, durability.
pub(super) fn banner(settings: &Settings) -> String {
    let data = match settings.ephemeral {
        true => format!("{} (temporary, removed at exit)", settings.data_dir.display()),
        false => settings.data_dir.display().to_string(),
    };
    let durability = match settings.durability {
        Durability::Fsync => "fsync (confirmed records survive a power cut)",
        Durability::PageCache => "page-cache (confirmed records survive a kill, not a power cut)",
    };
    let http = settings.http.as_ref().map_or("off".to_owned(), where_it_listens);
    format!(
        "ottla {version}\n  data        {data}\n  kafka       {kafka}, {told}\n  http        \
         {http}\n  durability  {durability}\n",
        version = env!("CARGO_PKG_VERSION"),
        kafka = where_it_listens(&settings.listen),
        told = what_clients_are_told(settings),
    )
}

/// The line that says the ports accept; scripts wait for it.
pub(super) fn ready_line(kafka: &Address, http: Option<&Address>) -> String {
    let http = http.map_or("off".to_owned(), Address::to_string);
    format!("ready kafka={kafka} http={http}\n")
}

fn where_it_listens(address: &Address) -> String {
    let port = match address.port {
        0 => "a free port".to_owned(),
        port => format!("port {port}"),
    };
    match (address.host.as_str(), address.is_loopback()) {
        ("", _) => format!("every interface, {port}"),
        (host, true) if host.eq_ignore_ascii_case("localhost") => {
            format!("localhost (127.0.0.1 and ::1), {port}")
        }
        (host, _) => format!("{host}, {port}"),
    }
}

fn what_clients_are_told(settings: &Settings) -> String {
    match &settings.advertised {
        Some(address) if settings.listen.is_loopback() => {
            format!("told to clients: what they came in by (over loopback, so not {address})")
        }
        Some(address) => {
            format!("told to clients: {address}; over loopback, what they came in by")
        }
        None => "told to clients: what they came in by".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banner_says_where_what_and_how() {
        let mut settings = Settings { data_dir: "/d".into(), ..Settings::default() };
        let expect = "  data        /d\n  kafka       localhost (127.0.0.1 and ::1), port 9092, \
                      told to clients: what they came in by\n";
        assert!(banner(&settings).contains(expect), "{}", banner(&settings));
        settings.listen = Address::new("", 0);
        settings.http = None;
        settings.advertised = Some(Address::new("kafka.example", 9092));
        let text = banner(&settings);
        assert!(text.contains("every interface, a free port, told to clients: kafka.example:9092"));
        assert!(text.contains("http        off"));
    }

    #[test]
    fn the_ready_line_names_the_ports() {
        let kafka = Address::new("localhost", 41234);
        assert_eq!(ready_line(&kafka, None), "ready kafka=localhost:41234 http=off\n");
        let http = Address::new("::1", 1);
        assert_eq!(ready_line(&kafka, Some(&http)), "ready kafka=localhost:41234 http=[::1]:1\n");
    }
}

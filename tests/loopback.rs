//! Nothing that the binary serves can be reached from another machine, unless somebody wants it.

mod support {
    pub(crate) mod binary;
    pub(crate) mod served;
}

use std::fs;

use support::served::serve;

/// The addresses at which something listens on a port: proc_net_tcp(5), as `0100007F` for 127.0.0.1.
fn listening(port: &str) -> Vec<String> {
    let port = format!("{:04X}", port.parse::<u16>().expect("a port"));
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    lines
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (address, at) = fields.get(1)?.split_once(':')?;
            (at == port && fields.get(3) == Some(&"0A")).then(|| address.to_owned())
        })
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_reference_server_listens_on_this_machine_alone_unless_told() {
    for (arguments, at) in
        [(&[][..], "0100007F"), (&["--addr", "127.0.0.1:0"], "0100007F"), (&["--addr", "0.0.0.0:0"], "00000000")]
    {
        let (_served, url) = serve(arguments);
        let port = url.rsplit(':').next().expect("a port");
        assert_eq!(listening(port), [at], "{arguments:?}: {url}");
    }
}

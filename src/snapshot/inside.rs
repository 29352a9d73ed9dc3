//! Where a snapshot's file is: never outside of the folder of snapshots, wherever links lead.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The longest name of a file without its endings, in bytes: file systems take 255 of them.
const LONGEST: usize = 200;

/// Names that Windows keeps for devices, whatever ending they have.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The path of a file in a folder.
///
/// # Errors
/// The name, or a link on the way, leads out of the folder.
pub(super) fn inside(folder: &Path, name: &str) -> io::Result<PathBuf> {
    let mut path = folder.to_owned();
    let mut top = None;
    for part in Path::new(name).components() {
        let Component::Normal(part) = part else { return Err(outside(&folder.join(name))) };
        path.push(part);
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
            if top.is_none() {
                top = Some(folder.canonicalize()?);
            }
            // A link that leads nowhere would be written through all the same.
            let leads_inside = path.canonicalize().is_ok_and(|to| top.as_ref().is_some_and(|top| to.starts_with(top)));
            if !leads_inside {
                return Err(outside(&path));
            }
        }
    }
    Ok(path)
}

fn outside(path: &Path) -> io::Error {
    let message = format!("{} is a link that leads out of the folder of snapshots; remove it", path.display());
    io::Error::new(io::ErrorKind::PermissionDenied, message)
}

/// A name that every file system takes: one that is too long is cut, and told apart from others by a digest.
pub(super) fn fit(name: &str) -> String {
    let device = name.split('.').next().unwrap_or_default();
    let numbered = ["com", "lpt"].iter().any(|port| {
        device.strip_prefix(port).is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()))
    });
    if DEVICES.contains(&device) || numbered {
        return format!("_{name}");
    }
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let digest = Sha256::digest(name).iter().take(6).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let end = name.floor_char_boundary(LONGEST - digest.len() - 1);
    format!("{}-{digest}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_stay_apart() {
        assert_eq!(
            (fit("level-user"), fit("aux"), fit("com1.a"), fit("comet")),
            ("level-user".into(), "_aux".into(), "_com1.a".into(), "comet".into())
        );
        let long = |end: &str| fit(&format!("{}{end}", "a".repeat(300)));
        assert!(long("b").len() == LONGEST && long("b") != long("c"));
    }

    #[cfg(unix)]
    #[test]
    fn no_path_leads_out_of_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let (top, elsewhere) = (folder.path().join("top"), folder.path().join("elsewhere"));
        fs::create_dir_all(top.join("a")).expect("a folder");
        fs::create_dir(&elsewhere).expect("a folder");
        let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, top.join(name)).expect("a link");
        link(&elsewhere, "out");
        link(&elsewhere.join("new"), "lost");
        link(Path::new("a"), "in");
        for (name, leads_inside) in [
            ("a/b.snap", true),
            ("in/b.snap", true),
            ("new/b.snap", true),
            ("out/b.snap", false),
            ("lost", false),
            ("../elsewhere/b.snap", false),
            ("/b.snap", false),
        ] {
            assert_eq!(inside(&top, name).is_ok(), leads_inside, "{name}");
        }
    }
}

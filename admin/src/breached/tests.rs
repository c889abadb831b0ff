//! Lists as they are published, and what is found on them.

use super::load::load_by;
use super::*;

/// SHA-1 of "password", "123456", "hunter2", with counts and line ends as Have I Been Pwned has them.
const PUBLISHED: &str = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3861493\r\n\
    7C4A8D09CA3762AF61E59520943DC26494F8941B:37359195\r\n\
    F3BBBD66A63D4BF1747940578EC3D0103530E21D:17763\r\n";

fn loaded(text: &str, piece: usize) -> (tempfile::TempDir, u64, BreachedPasswords) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.txt");
    std::fs::write(&source, text).unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let done = load_by(piece, &source, &data).unwrap();
    let left: Vec<_> = std::fs::read_dir(&data).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing but the list is left: {left:?}");
    (folder, done.entries, BreachedPasswords::of(&data))
}

#[tokio::test]
async fn passwords_of_a_published_list_are_found_and_others_are_not() {
    let (_folder, entries, list) = loaded(PUBLISHED, 100);
    assert_eq!((entries, list.entries().await.unwrap()), (3, 3));
    for password in ["password", "123456", "hunter2"] {
        assert!(list.holds(password).await.unwrap(), "{password}");
    }
    for other in ["Password", "", "slow green tram", "hunter2 "] {
        assert!(!list.holds(other).await.unwrap(), "{other}");
    }
}

#[tokio::test]
async fn plain_passwords_bare_hashes_and_blank_lines_are_read_too() {
    let text = "\u{feff}slow green tram\n\n7c4a8d09ca3762af61e59520943dc26494f8941b\n今天天气很好\r\n\
        +C4A8D09CA3762AF61E59520943DC26494F8941B\nlast";
    let (_folder, entries, list) = loaded(text, 100);
    assert_eq!(entries, 5);
    let odd = "+C4A8D09CA3762AF61E59520943DC26494F8941B";
    for password in ["slow green tram", "123456", "今天天气很好", odd, "last"] {
        assert!(list.holds(password).await.unwrap(), "{password}");
    }
}

#[tokio::test]
async fn a_list_that_is_sorted_in_pieces_is_whole_and_has_each_once() {
    let lines: Vec<String> = (0..1000).map(|n| format!("word{}", n % 700)).collect();
    let (_folder, entries, list) = loaded(&lines.join("\n"), 64);
    assert_eq!(entries, 700);
    for n in 0..700 {
        assert!(list.holds(&format!("word{n}")).await.unwrap(), "{n}");
    }
    assert!(!list.holds("word700").await.unwrap());
}

#[tokio::test]
async fn a_list_that_will_not_do_leaves_the_one_before() {
    let (folder, _, list) = loaded(PUBLISHED, 100);
    let data = folder.path().join("data");
    let source = folder.path().join("other.txt");
    for (text, why) in [
        ("\n\n".to_owned(), "holds no password"),
        (format!("ok\n{}\n", "x".repeat(5000)), "line 2 is longer"),
        (
            format!("{}:5\r\n", "8846F7EAEE8FB117AD06BDD830B7586C"),
            "40 digits each",
        ),
        (
            format!("\u{feff}{}:5\n", "1E4C9B93F3F0682250B6CF8331B7EE68FD8"),
            "40 digits each",
        ),
    ] {
        std::fs::write(&source, text).unwrap();
        let refused = load(&source, &data).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
        assert!(list.holds("hunter2").await.unwrap());
    }
    std::fs::write(&source, "another\n").unwrap();
    load(&source, &data).unwrap();
    assert!(!list.holds("hunter2").await.unwrap(), "replaced at once");
    assert!(list.holds("another").await.unwrap());
}

#[tokio::test]
async fn a_file_that_is_no_list_is_told_from_none() {
    let folder = tempfile::tempdir().unwrap();
    let list = BreachedPasswords::of(folder.path());
    assert!(matches!(list.holds("x").await, Err(ListError::None)));
    for damaged in ["", "no list at all", "GH-SHA1-01cut"] {
        std::fs::write(folder.path().join(FILE), damaged).unwrap();
        let found = list.holds("x").await;
        assert!(matches!(found, Err(ListError::Damaged(_))), "{damaged}");
    }
}

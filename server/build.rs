//! Builds the server anew when the site's files change: they are embedded in the release program.

fn main() {
    println!("cargo:rerun-if-changed=../target/site");
}

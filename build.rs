//! Queries are checked against the migrations: a change there is a change of the code.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=.sqlx");
}

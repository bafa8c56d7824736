//! The cube against a count that looks at every record anew, through random walks of clauses, hands and changes.

use engine::{Clause, Cube, Facts, Group, Record, View, only};
use proptest::prelude::*;
use std::collections::HashSet;

const SIZES: [usize; 4] = [3, 7, 300, 12];
/// The third dimension is shown in steps of fifty codes.
const STEP: u16 = 50;

#[derive(Debug, Clone)]
enum Act {
    TakeUp(usize),
    Set(usize, Option<Clause>),
    Replace(Vec<i64>, Vec<Record>),
    Ask(usize),
}

fn record() -> impl Strategy<Value = Record> {
    let codes = SIZES.map(|size| 0..u16::try_from(size).expect("small"));
    (0i64..40, any::<i32>(), codes).prop_map(|(subject, amount, codes)| Record {
        subject,
        mark: i64::from(amount),
        amount: i64::from(amount),
        codes: codes.to_vec(),
    })
}

fn clause(dimension: usize) -> impl Strategy<Value = Option<Clause>> {
    // One more than there is: a clause may name a code that no record has.
    let code = 0..u16::try_from(SIZES[dimension] + 1).expect("small");
    let codes = proptest::collection::vec(code.clone(), 0..5);
    let steps = (0u16..7, 0u16..7).prop_map(|(first, last)| Clause::Between(first * STEP, last * STEP + STEP - 1));
    proptest::option::of(prop_oneof![
        codes.clone().prop_map(Clause::Only),
        codes.prop_map(Clause::Except),
        (code.clone(), code).prop_map(|(first, last)| Clause::Between(first, last)),
        steps,
    ])
}

fn act() -> impl Strategy<Value = Act> {
    let views = views().len();
    prop_oneof![
        (0..SIZES.len()).prop_map(Act::TakeUp),
        (0..SIZES.len()).prop_flat_map(|one| clause(one).prop_map(move |clause| Act::Set(one, clause))),
        (proptest::collection::vec(0i64..40, 0..4), proptest::collection::vec(record(), 0..4))
            .prop_map(|(gone, come)| Act::Replace(gone, come)),
        (0..views).prop_map(Act::Ask),
    ]
}

fn views() -> Vec<View> {
    let all = only(&[0, 1, 2, 3]);
    let view = |by: &[usize], obeys, sums| View { by: by.to_vec(), obeys, sums };
    vec![
        view(&[], all, true),
        view(&[0], all, false),
        view(&[1], all, true),
        view(&[2], all, true),
        view(&[3, 1], all, false),
        view(&[2, 0], only(&[0, 1]), true),
        view(&[3], 0, false),
    ]
}

/// Every record looked at, for each view and bin.
fn naive(facts: &Facts, clauses: &[Option<Clause>], view: &View) -> Group {
    let bins = |dimension: usize| if dimension == 2 { SIZES[2].div_ceil(STEP.into()) } else { SIZES[dimension] };
    let width = view.by.iter().map(|one| bins(*one)).product();
    let mut group = Group { counts: vec![0; width], sums: if view.sums { vec![0; width] } else { Vec::new() } };
    for row in 0..facts.rows() {
        let code = |dimension: usize| facts.column(dimension).code(row);
        let passes = (0..SIZES.len())
            .filter(|one| view.obeys >> one & 1 == 1 && !view.by.contains(one))
            .all(|one| clauses[one].as_ref().is_none_or(|clause| clause.admits(code(one))));
        let shown = |dimension: usize| usize::from(if dimension == 2 { code(2) / STEP } else { code(dimension) });
        let bin = view.by.iter().fold(0, |bin, one| bin * bins(*one) + shown(*one));
        if passes {
            group.counts[bin] += 1;
            if view.sums {
                group.sums[bin] += facts.amounts().get(row);
            }
        }
    }
    group
}

fn passing(facts: &Facts, clauses: &[Option<Clause>], obeys: u32) -> Vec<usize> {
    let passes = |row: &usize| {
        (0..SIZES.len())
            .filter(|one| obeys >> one & 1 == 1)
            .all(|one| clauses[one].as_ref().is_none_or(|clause| clause.admits(facts.column(one).code(*row))))
    };
    (0..facts.rows()).filter(passes).collect()
}

proptest! {
    #[test]
    fn every_group_is_what_a_plain_count_says(
        records in proptest::collection::vec(record(), 0..300),
        acts in proptest::collection::vec(act(), 1..40),
    ) {
        let mut facts = Facts::empty(&SIZES);
        facts.replace(&HashSet::new(), &records).expect("records of four codes");
        let mut cube = Cube::new(facts.clone(), views());
        cube.bin(2, SIZES[2].div_ceil(STEP.into()), |code| code / STEP);
        let mut clauses = vec![None; SIZES.len()];
        for act in acts {
            match act {
                Act::TakeUp(dimension) => cube.take_up(dimension),
                Act::Set(dimension, clause) => {
                    clauses[dimension] = clause.clone();
                    cube.set(dimension, clause);
                }
                Act::Replace(gone, come) => {
                    facts.replace(&gone.into_iter().collect(), &come).expect("records of four codes");
                    cube.replace(facts.clone());
                }
                Act::Ask(view) => {
                    prop_assert_eq!(cube.group(view), &naive(&facts, &clauses, &views()[view]), "view {}", view);
                }
            }
        }
        for (place, view) in views().iter().enumerate() {
            prop_assert_eq!(cube.group(place), &naive(&facts, &clauses, view), "view {} at the end", place);
        }
        for obeys in [0, only(&[1]), only(&[0, 1, 2, 3])] {
            prop_assert_eq!(cube.rows(obeys).collect::<Vec<_>>(), passing(&facts, &clauses, obeys));
        }
    }
}

#[test]
fn a_dimension_grows_with_a_code_that_is_new() {
    let record = |subject, code| Record { subject, mark: 0, amount: 1, codes: vec![code] };
    let mut facts = Facts::empty(&[2]);
    facts.replace(&HashSet::new(), &[record(1, 1)]).expect("one code");
    facts.replace(&HashSet::new(), &[record(2, 999)]).expect("one code");
    assert_eq!((facts.size(0), facts.column(0).code(0), facts.column(0).code(1)), (1000, 1, 999));
    assert!(facts.replace(&HashSet::new(), &[Record { codes: vec![], ..record(3, 0) }]).is_err());
    assert_eq!(facts.rows(), 2);
}

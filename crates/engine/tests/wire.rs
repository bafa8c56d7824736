//! Facts come back from their bytes as they were, and whatever else comes is refused.

use engine::{Column, Facts, Malformed, Numbers, Record, wire};
use proptest::prelude::*;
use std::{collections::HashSet, sync::Arc};

const SIZES: [usize; 3] = [2, 256, 1000];

/// Mostly near each other, as numbers on the wire are, and sometimes not.
fn number() -> impl Strategy<Value = i64> {
    prop_oneof![12 => -30i64..30, 1 => any::<i32>().prop_map(i64::from), 1 => any::<i64>()]
}

fn facts() -> impl Strategy<Value = Facts> {
    let codes = SIZES.map(|size| 0..u16::try_from(size).expect("small"));
    let record = (number(), number(), number(), codes).prop_map(|(subject, mark, amount, codes)| Record {
        subject,
        mark,
        amount,
        codes: codes.to_vec(),
    });
    proptest::collection::vec(record, 0..60).prop_map(|records| {
        let mut facts = Facts::empty(&SIZES);
        facts.replace(&HashSet::new(), &records).expect("three codes each");
        facts
    })
}

/// What is let in can be worked with: no code lies beyond its dimension.
fn is_sound(facts: &Facts) -> bool {
    (0..facts.dimensions()).all(|one| {
        facts.column(one).rows() == facts.rows()
            && (0..facts.rows()).all(|row| usize::from(facts.column(one).code(row)) < facts.size(one))
    })
}

proptest! {
    #[test]
    fn facts_survive_the_wire(facts in facts()) {
        prop_assert_eq!(wire::decode(&wire::encode(&facts)), Ok(facts));
    }

    #[test]
    fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(facts) = wire::decode(&bytes) {
            prop_assert!(is_sound(&facts));
        }
    }

    #[test]
    fn damaged_facts_are_refused_or_sound(
        facts in facts(),
        harm in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = wire::encode(&facts);
        for (place, byte) in harm {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(facts) = wire::decode(&bytes) {
            prop_assert!(is_sound(&facts));
        }
    }
}

#[test]
fn a_number_of_more_than_32_bits_may_come_late() {
    let numbers = |last: i64| (0..9_000).chain([last]).collect::<Numbers>();
    let column = Column::Narrow(Arc::new(vec![0; 9_001]));
    for last in [i64::from(i32::MAX), i64::from(i32::MAX) + 1, i64::MIN] {
        let facts =
            Facts::new(vec![(1, column.clone())], numbers(last), numbers(0), numbers(last)).expect("equally long");
        assert_eq!(wire::decode(&wire::encode(&facts)), Ok(facts), "{last}");
    }
}

#[test]
fn a_head_that_promises_too_much_reserves_nothing() {
    let mut bytes = b"WBF1".to_vec();
    bytes.extend([0xff; 4]);
    bytes.extend([0, 0]);
    assert_eq!(wire::decode(&bytes), Err(Malformed::Bytes));
}

fn one() -> Numbers {
    [0].into_iter().collect()
}

#[test]
fn a_code_beyond_its_dimension_is_refused() {
    let column = Column::Narrow(Arc::new(vec![3]));
    assert_eq!(Facts::new(vec![(3, column)], one(), one(), one()), Err(Malformed::Code));
    let column = Column::Narrow(Arc::new(vec![3]));
    assert_eq!(Facts::new(vec![(9, column)], Numbers::default(), one(), one()), Err(Malformed::Length));
}

// SPDX-License-Identifier: Apache-2.0
//! A stable sort that asks nothing of its order: the standard sort may panic where a comparator is not transitive.

use std::cmp::Ordering;

pub(super) fn merge_sort<T: Clone>(items: &mut Vec<T>, compare: &mut impl FnMut(&T, &T) -> Ordering) {
    let mut width = 1;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        for pair in items.chunks(width * 2) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some(first), Some(second)) = (left.first(), right.first()) {
                if compare(second, first).is_lt() {
                    merged.push(second.clone());
                    right = &right[1..];
                } else {
                    merged.push(first.clone());
                    left = &left[1..];
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        *items = merged;
        width *= 2;
    }
}

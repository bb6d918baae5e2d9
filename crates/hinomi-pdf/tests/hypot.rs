// SPDX-License-Identifier: Apache-2.0
//! The length of a side, as the typesetter's geometry asks for it: ours where the binary is linked against glibc.

// Without a use of the crate its library would not be linked.
use hinomi_pdf as _;

#[test]
fn sides_have_their_length_and_do_not_overflow() {
    assert_eq!((3.0_f64.hypot(4.0), 3.0_f32.hypot(4.0)), (5.0, 5.0));
    assert!((1e300_f64.hypot(1e300) / 1e300 - std::f64::consts::SQRT_2).abs() < 1e-15);
    assert!((1e-300_f64.hypot(1e-300) / 1e-300 - std::f64::consts::SQRT_2).abs() < 1e-15);
    assert!((1e38_f32.hypot(1e38) / 1e38 - std::f32::consts::SQRT_2).abs() < 1e-6);
    assert_eq!(
        (f64::NEG_INFINITY.hypot(f64::NAN), f32::NAN.hypot(f32::INFINITY)),
        (f64::INFINITY, f32::INFINITY)
    );
    assert!(f64::NAN.hypot(1.0).is_nan() && 1.0_f32.hypot(f32::NAN).is_nan());
    assert_eq!(0.0_f64.hypot(-0.0), 0.0);
}

/// The code of "not known".
const NOT_KNOWN: u16 = u16::MAX;
/// Codes are an `f32` cut to 6 bits of exponent and 10 of mantissa: from 2^-20 to 2^43, no sign.
const MANTISSA_BITS: u32 = 10;
const CUT_BITS: u32 = f32::MANTISSA_DIGITS - 1 - MANTISSA_BITS;
/// The `f32` exponent that becomes code exponent 0, which stands for zero.
const BIAS: u32 = 106;

/// A figure in two bytes, with a relative error of at most 2^-11 (0.05 %). Below 2^-20 it is 0, above 2^43 it stays there.
pub fn encode(value: f32) -> u16 {
    if value.is_nan() {
        return NOT_KNOWN;
    }
    if value <= 0.0 {
        return 0;
    }
    let rounded = value.min(f32::MAX / 2.0).to_bits() + (1 << (CUT_BITS - 1));
    let code = (rounded >> CUT_BITS).saturating_sub(BIAS << MANTISSA_BITS);
    if code < 1 << MANTISSA_BITS { 0 } else { u16::try_from(code).map_or(NOT_KNOWN - 1, |c| c.min(NOT_KNOWN - 1)) }
}

/// The figure of a code; NaN: not known.
pub fn decode(code: u16) -> f32 {
    match code {
        NOT_KNOWN => f32::NAN,
        0 => 0.0,
        code => f32::from_bits((u32::from(code) + (BIAS << MANTISSA_BITS)) << CUT_BITS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zero_and_not_known_are_kept() {
        assert_eq!(decode(encode(0.0)), 0.0);
        assert_eq!(decode(encode(-3.0)), 0.0);
        assert!(decode(encode(f32::NAN)).is_nan());
        assert!(decode(encode(f32::INFINITY)) > 8e12);
        assert_eq!(decode(encode(1.0)), 1.0);
    }

    proptest! {
        #[test]
        fn a_round_trip_errs_by_less_than_a_thousandth(value in 1e-5f32..8e12) {
            let back = decode(encode(value));
            prop_assert!(((back - value) / value).abs() <= 0.0005, "{value} became {back}");
        }

        #[test]
        fn the_order_is_kept(a in 0f32..1e9, b in 0f32..1e9) {
            // Two that lie close together may share a code.
            prop_assert!(encode(a.min(b)) <= encode(a.max(b)));
        }
    }
}

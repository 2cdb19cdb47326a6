use super::*;
use crate::random::{
    Purpose, StreamKey, gamma_unit_mean, poisson, standard_exponential, standard_normal,
};

fn rng() -> Rng {
    StreamKey {
        seed: 2024,
        replication: 1,
        component: 2,
        purpose: Purpose::ServiceTime,
    }
    .rng()
}

fn families() -> Vec<(&'static str, Distribution)> {
    let quantiles = [(0.0, 0.01), (0.5, 0.04), (0.95, 0.2), (1.0, 1.5)];
    vec![
        ("deterministic", Distribution::deterministic(0.3).unwrap()),
        ("exponential", Distribution::exponential(0.2).unwrap()),
        ("log-normal", Distribution::log_normal(0.2, 1.5).unwrap()),
        ("gamma", Distribution::gamma(0.2, 0.7).unwrap()),
        (
            "gamma of small shape",
            Distribution::gamma(0.2, 1.7).unwrap(),
        ),
        ("weibull", Distribution::weibull(0.2, 0.8).unwrap()),
        ("pareto", Distribution::pareto(0.1, 2.2).unwrap()),
        (
            "hyper-exponential",
            Distribution::hyper_exponential(0.2, 2.5).unwrap(),
        ),
        ("empirical", Distribution::empirical(&quantiles).unwrap()),
    ]
}

/// The sum of the first thousand draws and the first three, as bits: the same on every machine and, as
/// results depend on them, in every version.
#[test]
fn golden_samples() {
    let found: Vec<(&str, [u64; 4])> = families()
        .iter()
        .map(|(name, d)| (*name, golden(|rng| d.sample(rng))))
        .collect();
    assert_eq!(found, GOLDEN, "{found:#018X?}");
}

#[test]
fn golden_draws() {
    let found = [
        ("standard normal", golden(standard_normal)),
        ("standard exponential", golden(standard_exponential)),
        ("poisson 3.7", golden(|rng| poisson(rng, 3.7) as f64)),
        ("poisson 1234.5", golden(|rng| poisson(rng, 1234.5) as f64)),
        ("gamma factor", golden(|rng| gamma_unit_mean(rng, 0.04))),
    ];
    assert_eq!(found, GOLDEN_DRAWS, "{found:#018X?}");
}

fn golden(draw: impl Fn(&mut Rng) -> f64) -> [u64; 4] {
    let mut rng = rng();
    let draws: Vec<f64> = (0..1000).map(|_| draw(&mut rng)).collect();
    [draws.iter().sum::<f64>(), draws[0], draws[1], draws[2]].map(f64::to_bits)
}

const GOLDEN: &[(&str, [u64; 4])] = &[
    (
        "deterministic",
        [
            0x4072_C000_0000_0063,
            0x3FD3_3333_3333_3333,
            0x3FD3_3333_3333_3333,
            0x3FD3_3333_3333_3333,
        ],
    ),
    (
        "exponential",
        [
            0x4069_0204_BD8A_1A72,
            0x3FEB_C056_F882_3077,
            0x3F7A_D23E_A178_EFD5,
            0x3FB1_52F4_94DD_5C9C,
        ],
    ),
    (
        "log-normal",
        [
            0x4068_3A9D_4B35_B19F,
            0x3FE1_F54E_C190_1CC2,
            0x3FA6_814D_ACA3_296B,
            0x3FB8_C8FD_A3AA_459D,
        ],
    ),
    (
        "gamma",
        [
            0x4069_3AF3_32BE_F972,
            0x3FDC_3333_EF75_88BD,
            0x3FC3_6D88_7771_E7D6,
            0x3FBD_C27D_5C16_B554,
        ],
    ),
    (
        "gamma of small shape",
        [
            0x4068_BBD9_1AE9_FD41,
            0x3FE7_853D_AB47_451D,
            0x3E65_D379_C64F_05B9,
            0x3FC1_96EB_D1F6_3C0A,
        ],
    ),
    (
        "weibull",
        [
            0x4068_FC6E_3C41_D10C,
            0x3FF1_AC2A_9C21_D385,
            0x3F64_23BB_F01E_5699,
            0x3FA7_52CE_6E97_57EE,
        ],
    ),
    (
        "pareto",
        [
            0x4066_A02A_9669_2C3C,
            0x3FE6_F7F2_AC93_AEEB,
            0x3FB9_FBDC_7A55_397F,
            0x3FBD_DB2F_CDDC_121C,
        ],
    ),
    (
        "hyper-exponential",
        [
            0x406B_CF4B_CDBD_6C19,
            0x3F6C_FB1B_003E_E3B9,
            0x3FAD_BD96_4F43_51C5,
            0x3FE2_AC4E_AC2A_F3E1,
        ],
    ),
    (
        "empirical",
        [
            0x405A_E1E3_F9BB_0938,
            0x3FBF_D3EB_640F_8F36,
            0x3F89_F80C_A376_26D6,
            0x3FA2_7EAB_ACF2_DDC5,
        ],
    ),
];
const GOLDEN_DRAWS: &[(&str, [u64; 4])] = &[
    (
        "standard normal",
        [
            0x3FE2_6B68_116E_EC83,
            0x3FF7_E40B_1AEB_41B2,
            0xBFEB_49E5_164D_6A5A,
            0xBFC0_0DEB_99F8_7806,
        ],
    ),
    (
        "standard exponential",
        [
            0x408F_4285_ECEC_A104,
            0x4011_5836_5B51_5E4A,
            0x3FA0_C367_24EB_95E5,
            0x3FD5_A7B1_BA14_B3C3,
        ],
    ),
    (
        "poisson 3.7",
        [
            0x40AC_B400_0000_0000,
            0x4014_0000_0000_0000,
            0x3FF0_0000_0000_0000,
            0x4008_0000_0000_0000,
        ],
    ),
    (
        "poisson 1234.5",
        [
            0x4132_DADB_0000_0000,
            0x4093_B000_0000_0000,
            0x4093_3000_0000_0000,
            0x4093_1C00_0000_0000,
        ],
    ),
    (
        "gamma factor",
        [
            0x408F_4D05_72A3_FAAC,
            0x3FF5_063E_BDA1_ADBC,
            0x3FEE_C85D_87CB_2983,
            0x3FEC_CF0E_B876_5937,
        ],
    ),
];

/// The cdf undoes the quantile, and cdf and survival are complements.
#[test]
fn quantile_and_cdf_agree() {
    for (name, d) in families().iter().skip(1) {
        for p in [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999] {
            let x = d.quantile(p);
            assert!((d.cdf(x) - p).abs() < 1e-13, "{name} {p}: {x} {}", d.cdf(x));
            assert!((d.cdf(x) + d.survival(x) - 1.0).abs() < 1e-13, "{name} {p}");
        }
        assert_eq!((d.cdf(-1.0), d.survival(-1.0)), (0.0, 1.0), "{name}");
        assert_eq!(d.cdf(-0.0).to_bits(), 0, "{name}");
        assert_eq!(d.cdf(d.quantile(1.0)), 1.0, "{name}");
        assert_eq!(d.quantile(0.0), d.quantile(-3.0), "{name}");
        assert!(
            d.quantile(0.0) >= 0.0 && d.quantile(0.0) < d.quantile(0.01),
            "{name}"
        );
    }
}

#[test]
fn scaling_multiplies_everything() {
    for (name, d) in families() {
        let scaled = d.scale(4.0);
        let (mut a, mut b) = (rng(), rng());
        for _ in 0..100 {
            assert!(
                (scaled.sample(&mut b) / d.sample(&mut a) - 4.0).abs() < 1e-13,
                "{name}"
            );
        }
        assert!((scaled.mean() / d.mean() - 4.0).abs() < 1e-14, "{name}");
        assert!((scaled.cv() - d.cv()).abs() < 1e-14, "{name}");
        assert!(
            (scaled.third_moment() / d.third_moment() - 64.0).abs() < 1e-12,
            "{name}"
        );
        assert!(
            (scaled.quantile(0.7) / d.quantile(0.7) - 4.0).abs() < 1e-13,
            "{name}"
        );
        assert!((scaled.cdf(0.8) - d.cdf(0.2)).abs() < 1e-14, "{name}");
    }
}

#[test]
fn no_spread_is_constant() {
    let constant = Distribution::deterministic(0.2).unwrap();
    assert_eq!(Distribution::log_normal(0.2, 0.0).unwrap(), constant);
    assert_eq!(Distribution::gamma(0.2, 0.0).unwrap(), constant);
    assert_eq!(
        (
            constant.cv(),
            constant.quantile(0.9),
            constant.sample(&mut rng())
        ),
        (0.0, 0.2, 0.2)
    );
    assert_eq!((constant.cdf(0.19), constant.cdf(0.2)), (0.0, 1.0));
    assert_eq!(Distribution::deterministic(0.0).unwrap().cv(), 0.0);
}

#[test]
fn an_atom_counts_whole() {
    let d = Distribution::empirical(&[(0.0, 1.0), (0.25, 2.0), (0.75, 2.0), (1.0, 3.0)]).unwrap();
    assert_eq!(
        (d.cdf(1.5), d.cdf(2.0), d.cdf(2.5), d.cdf(3.0)),
        (0.125, 0.75, 0.875, 1.0)
    );
    assert_eq!((d.quantile(0.5), d.quantile(1.0)), (2.0, 3.0));
    // Half is 2; the quarters are uniform over 1..2 and 2..3: variance ¼·⅓ + ¼·⅓.
    assert_eq!(d.mean(), 2.0);
    assert!((d.variance() - 1.0 / 6.0).abs() < 1e-15);
    // E[X³] = ¼·15/4 + ½·8 + ¼·65/4
    assert!((d.third_moment() - 9.0).abs() < 1e-14);
}

#[test]
fn refuses_parameters_out_of_range() {
    for bad in [f64::NAN, f64::INFINITY, -1.0, 1e16] {
        assert!(Distribution::deterministic(bad).is_err());
        assert!(Distribution::exponential(bad).is_err());
        assert!(Distribution::log_normal(bad, 1.0).is_err());
        assert!(Distribution::log_normal(1.0, bad).is_err());
        assert!(Distribution::gamma(bad, 1.0).is_err());
        assert!(Distribution::gamma(1.0, bad).is_err());
        assert!(Distribution::weibull(1.0, bad).is_err());
        assert!(Distribution::pareto(bad, 1.0).is_err());
        assert!(Distribution::pareto(1.0, bad).is_err());
        assert!(Distribution::hyper_exponential(1.0, bad).is_err());
        assert!(Distribution::empirical(&[(0.0, 0.0), (1.0, bad)]).is_err());
        assert!(Distribution::empirical(&[(0.0, 0.0), (bad, 0.5), (1.0, 1.0)]).is_err());
    }
    assert!(Distribution::exponential(0.0).is_err());
    assert!(Distribution::hyper_exponential(1.0, 0.99).is_err());
    let short = Distribution::empirical(&[(0.0, 1.0)]).unwrap_err();
    assert_eq!(
        short.to_string(),
        "quantiles 1 must be 2 to 10000 in number"
    );
    assert!(Distribution::empirical(&[(0.1, 1.0), (1.0, 2.0)]).is_err());
    assert!(Distribution::empirical(&[(0.0, 1.0), (0.9, 2.0)]).is_err());
    assert!(Distribution::empirical(&[(0.0, 2.0), (1.0, 1.0)]).is_err());
    assert!(Distribution::empirical(&[(0.0, 1.0), (0.0, 1.5), (1.0, 2.0)]).is_err());
}

#[test]
fn no_variance_draws_nothing() {
    let (mut a, b) = (rng(), rng());
    assert_eq!(gamma_unit_mean(&mut a, 0.0), 1.0);
    assert_eq!(poisson(&mut a, 0.0), 0);
    assert_eq!(a, b);
}

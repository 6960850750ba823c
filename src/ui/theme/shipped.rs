//! The themes in the binary.

/// Name and TOML. The first one is the default.
pub const SHIPPED: &[(&str, &str)] = &[
    ("vigie", include_str!("../../../themes/vigie.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../../themes/colour-blind.toml")),
    ("harmattan", include_str!("../../../themes/harmattan.toml")),
    ("lagune", include_str!("../../../themes/lagune.toml")),
    ("catppuccin", include_str!("../../../themes/catppuccin.toml")),
    ("gruvbox", include_str!("../../../themes/gruvbox.toml")),
    ("sixteen", include_str!("../../../themes/sixteen.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

//! What is written across the pages that pass, so that a photograph of a screen names who took it.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Watermark {
    /// Off for all applications while false.
    pub enabled: bool,
    /// In this order, separated by spaces; parts that a person has not are left out. A guest is marked as
    /// one before all of them.
    pub parts: Vec<WatermarkPart>,
    /// 0.01 … 0.5, in thousandths: 10..=500.
    pub opacity_permille: u16,
    /// Pixels, 8..=48.
    pub font_size: u16,
    /// Degrees, -90..=90.
    pub angle: i16,
    /// Pixels between two marks, 40..=800.
    pub gap: u16,
    /// `#rrggbb`. Each letter has an edge of white or black, whichever differs more, so that the mark
    /// shows on light and on dark pages.
    pub colour: String,
}

impl Default for Watermark {
    fn default() -> Self {
        Self {
            enabled: false,
            parts: vec![WatermarkPart::Name, WatermarkPart::MobileTail],
            opacity_permille: 120,
            font_size: 16,
            angle: -22,
            gap: 160,
            colour: "#202020".into(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "text")]
pub enum WatermarkPart {
    Name,
    Username,
    /// The last four digits.
    MobileTail,
    Email,
    EmployeeNumber,
    Department,
    Address,
    /// Minutes in UTC at which the page was served.
    Time,
    Text(String),
}

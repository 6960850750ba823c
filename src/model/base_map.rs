use super::Point;
use std::sync::Arc;

/// What lies under the couriers: a catalogue's own places and lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BaseMap {
    pub places: Vec<NamedPlace>,
    /// Coasts, rivers, borders: each goes from point to point.
    pub lines: Vec<Vec<Point>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NamedPlace {
    pub name: Arc<str>,
    pub at: Point,
    /// Lower ranks are named first where names have no room beside each other.
    pub rank: u8,
}

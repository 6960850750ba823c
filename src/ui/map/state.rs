use super::Lens;
use crate::ui::panels::PanelId;
use ratatui::layout::Rect;

/// What the person made of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapState {
    /// `None`: the map frames what there is.
    pub lens: Option<Lens>,
    /// The selected courier stays in the middle.
    pub follow: bool,
    /// Where the mouse was, while its button is down.
    pub held: Option<(u16, u16)>,
}

/// The town's map and the one of a delivery.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Maps {
    town: MapState,
    pub one: MapState,
}

impl Maps {
    pub fn of(&self, panel: PanelId) -> &MapState {
        if panel == PanelId::DeliveryMap { &self.one } else { &self.town }
    }

    pub fn of_mut(&mut self, panel: PanelId) -> &mut MapState {
        if panel == PanelId::DeliveryMap { &mut self.one } else { &mut self.town }
    }
}

/// A map that was drawn: for keys and the mouse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapHit {
    pub panel: PanelId,
    pub area: Rect,
    pub lens: Lens,
}

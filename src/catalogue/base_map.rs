//! The files of the map that a catalogue names: places and lines.

use super::CatalogueError;
use super::error::Source;
use super::file::MapRow;
use super::geojson;
use crate::model::{BaseMap, NamedPlace, Point};
use serde::Deserialize;
use std::io;
use std::path::Path;
use toml::Spanned;

/// More of them are no help on a screen.
const MOST_PLACES: usize = 10_000;
const MOST_BYTES: u64 = 32 << 20;
const USUAL_RANK: i64 = 2;

/// How the text of a file is got that a catalogue names.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> io::Result<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlacesFile {
    #[serde(default, rename = "place")]
    places: Vec<PlaceRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceRow {
    name: Spanned<String>,
    lat: Spanned<f64>,
    lon: Spanned<f64>,
    rank: Option<Spanned<i64>>,
}

/// Files lie in the catalogue's folder.
pub fn beside(catalogue: &Path, name: &str) -> io::Result<String> {
    let path = catalogue.parent().unwrap_or(Path::new("")).join(name);
    let bytes = std::fs::metadata(&path)?.len();
    if bytes > MOST_BYTES {
        return Err(io::Error::other(format!("{bytes} bytes are too many; at most {MOST_BYTES}")));
    }
    std::fs::read_to_string(&path)
}

pub(super) fn read(row: &MapRow, source: &Source<'_>, files: ReadFile<'_>) -> Result<BaseMap, CatalogueError> {
    let get = |name: &Spanned<String>| {
        let advice = "name a file in the catalogue's folder, or remove the line";
        files(name.get_ref()).map_err(|why| source.error(name.span(), name.get_ref(), format!("cannot be read: {why}"), advice))
    };
    let places = match &row.places {
        Some(name) => places(&Source { text: &get(name)?, origin: name.get_ref() })?,
        None => Vec::new(),
    };
    let lines = match &row.base {
        Some(name) => geojson::lines(&Source { text: &get(name)?, origin: name.get_ref() })?,
        None => Vec::new(),
    };
    Ok(BaseMap { places, lines })
}

fn places(source: &Source<'_>) -> Result<Vec<NamedPlace>, CatalogueError> {
    let file: PlacesFile = toml::from_str(source.text).map_err(|found| source.refused(&found))?;
    if file.places.len() > MOST_PLACES {
        return Err(source.error(0..0, "place", format!("{} places", file.places.len()), format!("at most {MOST_PLACES}")));
    }
    file.places.iter().map(|row| place(row, source)).collect()
}

fn place(row: &PlaceRow, source: &Source<'_>) -> Result<NamedPlace, CatalogueError> {
    let (name, at) = (row.name.get_ref(), Point { lat: *row.lat.get_ref(), lon: *row.lon.get_ref() });
    if name.is_empty() {
        return Err(source.error(row.name.span(), "name", "a place without a name", "give it one"));
    }
    if !at.is_on_earth() {
        let problem = format!("there is no place at {}, {}", at.lat, at.lon);
        return Err(source.error(row.lat.span(), name, problem, "lat from -90 to 90 and lon from -180 to 180, in degrees"));
    }
    let rank = row.rank.as_ref().map_or(USUAL_RANK, |rank| *rank.get_ref());
    let rank = u8::try_from(rank).map_err(|_| source.error(row.name.span(), name, format!("a rank of {rank}"), "from 0 to 255"))?;
    Ok(NamedPlace { name: name.as_str().into(), at, rank })
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;
    use std::io;

    fn told(map: &str, places: &'static str, base: &'static str) -> Result<Catalogue, String> {
        let files = move |name: &str| match name {
            "places.toml" => Ok(places.to_owned()),
            "coast.geojson" => Ok(base.to_owned()),
            _ => Err(io::Error::from(io::ErrorKind::NotFound)),
        };
        Catalogue::with_files(&format!("[map]\n{map}\n"), "shop.toml", &files).map_err(|e| e.to_string())
    }

    #[test]
    fn a_catalogue_names_its_places_and_its_lines() {
        let base = r#"{"type": "LineString", "coordinates": [[2.1, 48.8], [2.2, 48.9, 35.0]]}"#;
        let both = "places = \"places.toml\"\nbase = \"coast.geojson\"";
        let map = told(both, "[[place]]\nname = \"Bastille\"\nlat = 48.85\nlon = 2\n", base).unwrap().map;
        assert_eq!((map.places[0].name.as_ref(), map.places[0].rank), ("Bastille", 2));
        assert_eq!(map.lines[0][1].lon, 2.2);
        assert_eq!(told("", "", "").unwrap().map.places, []);
    }

    #[test]
    fn mistakes_are_told_with_their_file_and_line() {
        let places = |text: &'static str| told("places = \"places.toml\"", text, "").unwrap_err();
        assert!(
            told("base = \"no.geojson\"", "", "").unwrap_err().starts_with("shop.toml, line 2, `no.geojson`: cannot be read: ")
        );
        assert!(told("bass = \"x\"", "", "").unwrap_err().starts_with("shop.toml, line 2, `bass`: unknown field"));
        let nowhere = places("place = [\n  { name = \"A\", lat = 9.5, lon = 1.0 },\n  { name = \"B\", lat = 95.0, lon = 1.0 },\n]");
        let right = "lat from -90 to 90 and lon from -180 to 180, in degrees";
        assert_eq!(nowhere, format!("places.toml, line 3, `B`: there is no place at 95, 1; {right}"));
        assert!(places("[[place]]\nname = \"\"\nlat = 1.0\nlon = 1.0").contains("line 2, `name`: a place without a name"));
        assert!(places("[[place]]\nname = \"A\"\nlat = nan\nlon = 1.0").contains("no place at NaN"));
        assert!(places("[[place]]\nname = \"A\"\nlat = 1.0\nlon = 1.0\nrank = 900").contains("a rank of 900; from 0 to 255"));
    }

    #[test]
    fn the_shipped_map_is_conakry() {
        let map = &Catalogue::builtin().map;
        assert_eq!(map.places.len(), 34);
        assert!(map.lines.len() > 5 && map.lines.iter().flatten().count() > 1_000);
        let inside = |p: &crate::model::Point| (9.4..9.8).contains(&p.lat) && (-13.9..-13.4).contains(&p.lon);
        assert!(map.lines.iter().flatten().all(inside) && map.places.iter().all(|p| inside(&p.at)));
    }
}

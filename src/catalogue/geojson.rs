//! The lines of a GeoJSON file (RFC 7946): LineStrings and the rings of Polygons, alone, in collections or in features. Points are
//! passed over: places have a file of their own.

use super::CatalogueError;
use super::error::Source;
use crate::model::Point;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A town's coast has thousands; more would be drawn for nothing, again and again.
const MOST_POINTS: usize = 200_000;
/// Collections in collections.
const DEEPEST: usize = 16;

/// An object of any kind, its parts not looked into yet.
#[derive(Deserialize)]
struct Thing<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    features: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    geometry: Option<&'a RawValue>,
    #[serde(borrow)]
    geometries: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    coordinates: Option<&'a RawValue>,
}

/// Longitude before latitude, perhaps with a height.
struct Position(Point);

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Numbers;
        impl<'de> Visitor<'de> for Numbers {
            type Value = Position;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a position: [longitude, latitude]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut of: A) -> Result<Position, A::Error> {
                let lon = of.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
                let lat = of.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
                while of.next_element::<IgnoredAny>()?.is_some() {}
                let point = Point { lat, lon };
                if point.is_on_earth() {
                    return Ok(Position(point));
                }
                Err(A::Error::custom(format!("there is no place at longitude {lon}, latitude {lat}")))
            }
        }
        from.deserialize_seq(Numbers)
    }
}

struct Reader<'a> {
    source: &'a Source<'a>,
    lines: Vec<Vec<Point>>,
    points: usize,
}

type Checked<T> = Result<T, CatalogueError>;

/// All lines of a file.
pub fn lines(source: &Source<'_>) -> Checked<Vec<Vec<Point>>> {
    let mut reader = Reader { source, lines: Vec::new(), points: 0 };
    reader.thing(source.text, 0)?;
    Ok(reader.lines)
}

impl<'a> Reader<'a> {
    fn thing(&mut self, text: &'a str, depth: usize) -> Checked<()> {
        if depth > DEEPEST {
            return self.wrong(text, "", format!("collections in collections, more than {DEEPEST} deep"));
        }
        let thing: Thing<'a> = self.parse(text)?;
        let parts = match thing.kind.as_ref() {
            "FeatureCollection" => self.there(text, "features", thing.features)?,
            "GeometryCollection" => self.there(text, "geometries", thing.geometries)?,
            "Feature" => thing.geometry.into_iter().collect(),
            kind => {
                let raw = self.there(text, "coordinates", thing.coordinates)?;
                return self.geometry(text, kind, raw.get());
            }
        };
        parts.into_iter().try_for_each(|part| self.thing(part.get(), depth + 1))
    }

    fn geometry(&mut self, text: &'a str, kind: &str, raw: &'a str) -> Checked<()> {
        match kind {
            "Point" | "MultiPoint" => Ok(()),
            "LineString" => {
                let line: Vec<Position> = self.parse(raw)?;
                self.line(raw, line)
            }
            "MultiLineString" | "Polygon" => {
                let lines: Vec<Vec<Position>> = self.parse(raw)?;
                lines.into_iter().try_for_each(|line| self.line(raw, line))
            }
            "MultiPolygon" => {
                let polygons: Vec<Vec<Vec<Position>>> = self.parse(raw)?;
                polygons.into_iter().flatten().try_for_each(|ring| self.line(raw, ring))
            }
            _ => self.wrong(text, "type", format!("`{kind}` is nothing that GeoJSON knows")),
        }
    }

    fn line(&mut self, text: &str, line: Vec<Position>) -> Checked<()> {
        if line.len() < 2 {
            return self.wrong(text, "coordinates", "a line of less than two positions");
        }
        self.points += line.len();
        if self.points > MOST_POINTS {
            return self.wrong(
                text,
                "coordinates",
                format!("more than {MOST_POINTS} positions; take a coarser map, or a smaller piece"),
            );
        }
        self.lines.push(line.into_iter().map(|position| position.0).collect());
        Ok(())
    }

    fn there<T>(&self, text: &str, key: &str, value: Option<T>) -> Checked<T> {
        match value {
            Some(value) => Ok(value),
            None => self.wrong(text, key, "is missing"),
        }
    }

    fn parse<T: Deserialize<'a>>(&self, text: &'a str) -> Checked<T> {
        serde_json::from_str(text).map_err(|why| {
            let said = why.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            let lines_before = self.place(text).start;
            let within: usize = text.split_inclusive('\n').take(why.line().saturating_sub(1)).map(str::len).sum();
            self.source.error(lines_before + within..lines_before + within, "", said, "")
        })
    }

    fn wrong<T>(&self, text: &str, key: &str, problem: impl Into<String>) -> Checked<T> {
        Err(self.source.error(self.place(text), key, problem, ""))
    }

    /// Where a piece of the file lies in it.
    fn place(&self, piece: &str) -> std::ops::Range<usize> {
        let at = (piece.as_ptr() as usize).saturating_sub(self.source.text.as_ptr() as usize);
        at..at + piece.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hostile;

    fn read(text: &str) -> Result<Vec<Vec<Point>>, String> {
        lines(&Source { text, origin: "coast.geojson" }).map_err(|e| e.to_string())
    }

    fn lengths(text: &str) -> Vec<usize> {
        read(text).unwrap().iter().map(Vec::len).collect()
    }

    #[test]
    fn every_kind_of_line_is_found() {
        assert_eq!(lengths(r#"{"type": "LineString", "coordinates": [[1, 2], [3, 4, 90.5]]}"#), [2]);
        assert_eq!(lengths(r#"{"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]], [[0, 0], [0, 1]]]}"#), [3, 2]);
        let features = r#"{"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"a": [1]}, "geometry": null},
            {"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": [
                {"type": "Point", "coordinates": [1, 2]},
                {"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]]]},
                {"coordinates": [[[[1, 2], [3, 4], [1, 2]]]], "type": "MultiPolygon"}]}}]}"#;
        assert_eq!(lengths(features), [2, 3]);
        let first = read(r#"{"type": "LineString", "coordinates": [[-13.7, 9.5], [0, 0]]}"#).unwrap()[0][0];
        assert_eq!((first.lat, first.lon), (9.5, -13.7));
    }

    #[test]
    fn a_bad_file_is_refused_with_its_line() {
        let cases = [
            ("", "line 1: EOF while parsing"),
            ("{\n\"type\": \"Line\",\n\"coordinates\": []}", "line 1, `type`: `Line` is nothing that GeoJSON knows"),
            ("{\"type\": \"LineString\"}", "line 1, `coordinates`: is missing"),
            ("{\"type\": \"FeatureCollection\"}", "`features`: is missing"),
            ("{\"type\": \"LineString\", \"coordinates\":\n[[1, 2]]}", "line 2, `coordinates`: a line of less than two"),
            (
                "{\"type\": \"LineString\", \"coordinates\": [\n[1, 2],\n[1, 92]]}",
                "line 3: there is no place at longitude 1, latitude 92",
            ),
            ("{\"type\": \"LineString\", \"coordinates\": [\n[1, 2],\n[1]]}", "line 3: invalid length 1"),
            ("{\"type\": \"LineString\", \"coordinates\": [[1, 1e999], [1, 2]]}", "line 1: number out of range"),
            ("{\"type\": \"LineString\", \"coordinates\": [[1, \"2\"], [1, 2]]}", "line 1: invalid type: string"),
        ];
        for (text, expected) in cases {
            let said = read(text).unwrap_err();
            assert!(said.contains(expected), "{text}\n  said: {said}\n  expected: {expected}");
        }
        let deep = format!("{}{}", r#"{"type":"GeometryCollection","geometries":["#.repeat(40), "]}".repeat(40));
        assert!(read(&deep).unwrap_err().contains("more than 16 deep"));
        let long = format!(r#"{{"type":"LineString","coordinates":[{}[1,2]]}}"#, "[1,2],".repeat(MOST_POINTS));
        assert!(read(&long).unwrap_err().contains("more than 200000 positions"));
    }

    #[test]
    fn hostile_files_make_no_panic() {
        let good = [super::super::COAST.to_owned(), r#"{"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]]]}"#.to_owned()];
        let mut files = hostile::Spoiler::new(7, &good);
        let mut places = 0;
        for _ in 0..500 {
            let lines = read(&files.next_text()).unwrap_or_default();
            assert!(lines.iter().flatten().all(|p| p.is_on_earth()));
            places += lines.len();
        }
        assert!(places > 0, "each one was refused: they are spoiled too much to tell anything");
    }
}

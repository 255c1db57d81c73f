//! Charts: the values that fill in their templates, and those of the charts that take them in.

use super::environment::Tree;
use super::paths::{folder_of, folders_above, join, name_of};
use crate::settings::SettingValue;

/// Dependencies of one chart that are looked at.
const MOST_DEPENDENCIES: usize = 50;

impl<'a> Tree<'a> {
    /// Finds the charts that others take in by a path: `repository: file://../service`.
    pub(super) fn link_charts(&mut self) {
        let charts: Vec<usize> = (0..self.settings.len())
            .filter(|file| name_of(self.path(*file)) == "Chart.yaml")
            .collect();
        for chart in charts {
            let home = folder_of(self.path(chart));
            for (name, alias, repository) in self.dependencies(chart) {
                let path = repository.and_then(|from| from.strip_prefix("file://"));
                if let Some(folder) = path.and_then(|path| join(home, path)) {
                    let known = self.taken_charts.entry(folder).or_default();
                    known.push((chart, alias.unwrap_or(name)));
                }
            }
        }
    }

    /// The charts that a chart takes in: name, the name it gives, and from where.
    pub(super) fn dependencies(
        &self,
        chart: usize,
    ) -> Vec<(&'a str, Option<&'a str>, Option<&'a str>)> {
        let settings = self.source(chart).map(|source| &source.read.settings);
        let text = |name: String| {
            let mut settings = settings?.iter();
            match &settings.find(|setting| setting.name == name)?.value {
                SettingValue::Text(text) => Some(text.reveal()),
                _ => None,
            }
        };
        let found = (0..MOST_DEPENDENCIES).map_while(|index| {
            let of = |what: &str| text(format!("dependencies.{index}.{what}"));
            Some((of("name")?, of("alias"), of("repository")))
        });
        found.collect()
    }

    /// The charts that take in the one of a template from where it stands, each with the name it gives.
    pub(super) fn taken_by(&self, path: &str) -> &[(usize, &'a str)] {
        let chart = folders_above(path).find(|folder| {
            let chart = join(folder, "Chart.yaml");
            chart.is_some_and(|chart| self.by_path.contains_key(chart.as_str()))
        });
        chart
            .and_then(|folder| self.taken_charts.get(folder))
            .map_or(&[], Vec::as_slice)
    }

    /// The values of the chart that a template is part of.
    pub(super) fn chart_values(&self, path: &str) -> Option<usize> {
        folders_above(path).find_map(|folder| self.values_in(folder))
    }

    /// A name or image in a chart's template with the values of the chart in it; what else is computed stays.
    pub(super) fn filled_in(&self, file: usize, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, from)) = rest.split_once("{{")
            && let Some((inside, after)) = from.split_once("}}")
        {
            filled.push_str(before);
            match self.named_value(file, inside) {
                Some(value) => filled.push_str(value),
                None => filled.extend(["{{", inside, "}}"]),
            }
            rest = after;
        }
        filled + rest
    }

    /// What an expression of a template stands for when that is a value which names something.
    fn named_value(&self, file: usize, expression: &str) -> Option<&'a str> {
        const NAMES: [&str; 6] = [
            "name",
            "image",
            "repository",
            "registry",
            "component",
            "app",
        ];
        let expression = expression.trim_matches(['-', ' ']);
        let path = expression.strip_prefix(".Values.")?;
        let path = path.trim_end_matches("quote").trim_end_matches(['|', ' ']);
        let last = path.rsplit('.').next().unwrap_or(path).to_ascii_lowercase();
        if !NAMES.iter().any(|name| last.ends_with(name)) {
            return None;
        }
        let values = self.chart_values(self.path(file))?;
        let mut settings = self.source(values)?.read.settings.iter().rev();
        match &settings.find(|setting| setting.name == path)?.value {
            SettingValue::Text(text) => Some(text.reveal()),
            _ => None,
        }
    }

    fn values_in(&self, folder: &str) -> Option<usize> {
        ["values.yaml", "values.yml"].iter().find_map(|name| {
            let path = join(folder, name)?;
            self.by_path.get(path.as_str()).copied()
        })
    }

    /// The values of the charts that the chart of a template is part of, the outermost first, each with the name of
    /// the part.
    pub(super) fn outer_charts(&self, path: &'a str) -> Vec<(usize, &'a str)> {
        let mut outer = Vec::new();
        let mut from = 0;
        while let Some(at) = path.get(from..).and_then(|rest| rest.find("/charts/")) {
            let (folder, rest) = path.split_at(from + at);
            let part = rest.trim_start_matches("/charts/").split('/').next();
            if let (Some(values), Some(part)) = (self.values_in(folder), part) {
                outer.push((values, part));
            }
            from += at + "/charts".len();
        }
        if let Some(rest) = path.strip_prefix("charts/")
            && let (Some(values), Some(part)) = (self.values_in(""), rest.split('/').next())
        {
            outer.insert(0, (values, part));
        }
        if let (true, Some((chart, name))) = (outer.is_empty(), self.taken_by(path).first())
            && let Some(values) = self.values_in(folder_of(self.path(*chart)))
        {
            outer.push((values, name));
        }
        outer
    }
}

//! How much is evaluated, and what that kept out. Every bound is a count, so that a run gives the same on any machine.

use serde::Serialize;

/// Bounds on the evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Nodes that may be evaluated for one file, in it and in the files that it asks for.
    pub file_nodes: usize,
    /// Nodes that may be evaluated for all files. When they are used up, the files that are left are evaluated by
    /// themselves.
    pub project_nodes: usize,
    /// Other files that take part in the evaluation of one.
    pub imports: usize,
    /// Calls that may be nested.
    pub call_depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            file_nodes: 500_000,
            project_nodes: 20_000_000,
            imports: 200,
            call_depth: 24,
        }
    }
}

impl Budget {
    /// What is left for a file when the project has used up its share.
    pub fn alone(self) -> Self {
        Self {
            file_nodes: self.file_nodes / 20,
            imports: 0,
            ..self
        }
    }
}

/// Which bounds kept something out of the evaluation of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// It took too many nodes.
    pub nodes: bool,
    /// It was not evaluated with the files that it asks for, since the project took too many nodes.
    pub project: bool,
    /// It asks for too many other files.
    pub imports: bool,
    /// Calls were nested too deeply, or files that import each other.
    pub depth: bool,
    /// jotlint itself failed on it.
    pub failed: bool,
}

/// How many files each bound kept something out of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CutFiles {
    /// Files that any bound cut.
    pub files: usize,
    /// The bound on the nodes of one file.
    pub file_budget: usize,
    /// The bound on the nodes of the project.
    pub project_budget: usize,
    /// The bound on imported files.
    pub imports: usize,
    /// The bound on nested calls and imports.
    pub depth: usize,
    /// No bound, but an error of jotlint itself.
    pub failed: usize,
}

impl Cut {
    /// Why something is missing, one reason for each bound.
    pub fn reasons(self) -> impl Iterator<Item = &'static str> {
        let reasons = [
            (self.nodes, "it takes more steps than one file may take"),
            (
                self.project,
                "the project takes more steps than it may take, so what it imports was left out",
            ),
            (self.imports, "it asks for too many other files"),
            (self.depth, "calls or imports are nested too deeply"),
            (
                self.failed,
                "it meets an error in jotlint; report it, please",
            ),
        ];
        reasons
            .into_iter()
            .filter_map(|(is_cut, reason)| is_cut.then_some(reason))
    }
}

impl CutFiles {
    /// Counts a file.
    pub fn add(&mut self, cut: Cut) {
        self.files += usize::from(cut != Cut::default());
        self.file_budget += usize::from(cut.nodes);
        self.project_budget += usize::from(cut.project);
        self.imports += usize::from(cut.imports);
        self.depth += usize::from(cut.depth);
        self.failed += usize::from(cut.failed);
    }

    /// One line for a summary; `None` when nothing was cut.
    pub fn in_words(&self) -> Option<String> {
        if self.files == 0 {
            return None;
        }
        let reasons = [
            (self.file_budget, "by the bound on one file"),
            (self.project_budget, "by the bound on the project"),
            (self.imports, "by the bound on imports"),
            (self.depth, "by the bound on nested calls"),
            (self.failed, "by an error in jotlint"),
        ];
        let reasons: Vec<String> = reasons
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, reason)| format!("{count} {reason}"))
            .collect();
        let files = match self.files {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        Some(format!(
            "evaluated in part only: {files}, {}",
            reasons.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_is_counted_and_named() {
        let mut cut = CutFiles::default();
        assert_eq!(cut.in_words(), None);
        cut.add(Cut::default());
        cut.add(Cut {
            nodes: true,
            depth: true,
            ..Cut::default()
        });
        cut.add(Cut {
            depth: true,
            ..Cut::default()
        });
        let words = cut.in_words().unwrap();
        assert_eq!(
            words,
            "evaluated in part only: 2 files, 1 by the bound on one file, 2 by the bound on nested calls"
        );
    }
}

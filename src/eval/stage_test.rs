//! What a truth value says of where the program runs.

/// Where a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// On a developer's machine, or in a test.
    Development,
    /// For users.
    Production,
}

impl Stage {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Development => Self::Production,
            Self::Production => Self::Development,
        }
    }
}

/// Where what follows a branch runs that does not go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed {
    /// At this stage only.
    pub(super) stage: Stage,
    /// At the other one the program stops.
    pub(super) stopped: bool,
}

/// What a truth value says of the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StageTest {
    /// The stage when it is true.
    pub(super) then: Option<Stage>,
    /// The stage when it is false.
    pub(super) otherwise: Option<Stage>,
}

impl StageTest {
    pub(super) fn of(stage: Stage) -> Self {
        Self {
            then: Some(stage),
            otherwise: Some(stage.other()),
        }
    }

    /// The test the other way round.
    pub(super) fn negated(self) -> Self {
        Self {
            then: self.otherwise,
            otherwise: self.then,
        }
    }

    /// Both hold.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            then: self.then.or(other.then),
            otherwise: self.otherwise.filter(|it| Some(*it) == other.otherwise),
        }
    }

    /// One of them holds.
    pub(super) fn or(self, other: Self) -> Self {
        self.negated().and(other.negated()).negated()
    }

    pub(super) fn says_anything(self) -> bool {
        self.then.is_some() || self.otherwise.is_some()
    }
}

//! Which reader the documents of a nested format are for, by their content.

use super::interpolation::{Dialect, interpolate};
use super::tree::{Node, Tree, flatten};
use super::{Holder, SettingsFile, compose, kubernetes, kustomize};
use crate::source::SourceFile;

/// Reads every document of a file with the reader that its name and content tell.
pub(super) fn read(source: &SourceFile, tree: &Tree, file: &mut SettingsFile) {
    for root in tree.roots() {
        if kustomize::is_kustomization(&source.path, root) {
            kustomize::read(root, source, file);
        } else if kubernetes::is_manifest(root) {
            kubernetes::read(root, source, file);
        } else if compose::is_project(&source.path, root) {
            compose::read(root, source, file);
        } else {
            plain(root, file);
        }
    }
    file.settings
        .sort_by_key(|setting| (setting.key, setting.span));
}

/// A document that only code reads: every scalar by its dotted name.
pub(super) fn plain(root: Node<'_>, file: &mut SettingsFile) {
    flatten(
        root,
        &Holder::File,
        &|_, content| interpolate(content, Dialect::Placeholder),
        &mut file.settings,
    );
}

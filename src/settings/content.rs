//! Which reader the documents of a nested format are for, by their content.

use super::tree::{Node, Tree, flatten};
use super::{
    Holder, SettingsFile, cloudformation, compose, deployments, kubernetes, kustomize, pipelines,
    scalar, serverless,
};
use crate::source::SourceFile;

/// Reads every document of a file with the reader that its name and content tell.
pub(super) fn read(source: &SourceFile, tree: &Tree, file: &mut SettingsFile) {
    for root in tree.roots() {
        file.documents.push(root.span());
        if !read_known(root, source, file) {
            plain(root, file);
        }
    }
    file.settings
        .sort_by_key(|setting| (setting.key, setting.span));
}

/// Reads a document that a tool is known to read; `false` when it is none.
pub(super) fn read_known(root: Node<'_>, source: &SourceFile, file: &mut SettingsFile) -> bool {
    if kustomize::is_kustomization(&source.path, root) {
        kustomize::read(root, source, file);
    } else if kubernetes::is_manifest(root) {
        kubernetes::read(root, source, file);
    } else if cloudformation::is_template(root) {
        cloudformation::read(root, file);
    } else if serverless::is_service(&source.path, root) {
        serverless::read(root, file);
    } else if pipelines::is_workflow(&source.path, root) {
        pipelines::read_workflow(root, file);
        deployments::read(root, source, file);
    } else if pipelines::is_gitlab(&source.path) {
        pipelines::read_gitlab(root, file);
        deployments::read_gitlab(root, source, file);
    } else if compose::is_project(&source.path, root) {
        compose::read(root, source, file);
    } else {
        return false;
    }
    true
}

/// A document that only code reads: every scalar by its dotted name.
pub(super) fn plain(root: Node<'_>, file: &mut SettingsFile) {
    flatten(root, &Holder::File, &scalar::of_yaml, &mut file.settings);
}

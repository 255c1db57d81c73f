//! `use`, `extern crate` and `mod name;` as imports.

use syn::{Item, ItemExternCrate, ItemMod, UseTree};

use super::super::ir::{Import, Name};
use super::lowerer::{Lowerer, plain};

impl Lowerer {
    /// Notes the other names that a file gives to packages (`use tokens as t;`): further imports may begin with one.
    pub(super) fn note_renamed(&mut self, items: &[Item]) {
        for item in items {
            let (package, name) = match item {
                Item::Use(item) => match &item.tree {
                    UseTree::Rename(rename) => (&rename.ident, &rename.rename),
                    _ => continue,
                },
                Item::ExternCrate(item) => match &item.rename {
                    Some((_, name)) => (&item.ident, name),
                    None => continue,
                },
                _ => continue,
            };
            if package != "self" && package != "crate" {
                self.renamed.insert(plain(name), plain(package));
            }
        }
    }

    /// The package that the first name of an import means.
    fn package_named(&self, name: &str) -> String {
        self.renamed
            .get(name)
            .map_or(name, String::as_str)
            .to_owned()
    }

    pub(super) fn use_tree(
        &mut self,
        tree: &UseTree,
        prefix: &mut Vec<String>,
        imports: &mut Vec<Import>,
    ) {
        let identifier = match tree {
            UseTree::Path(path) => {
                prefix.push(plain(&path.ident));
                self.deeper(path.ident.span(), |lowerer| {
                    lowerer.use_tree(&path.tree, prefix, imports);
                });
                prefix.pop();
                return;
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.deeper(group.brace_token.span.open(), |lowerer| {
                        lowerer.use_tree(tree, prefix, imports);
                    });
                }
                return;
            }
            UseTree::Glob(glob) => {
                if let Some((module, path)) = prefix.split_first() {
                    imports.push(Import {
                        module: self.package_named(module),
                        path: path.to_vec(),
                        binding: None,
                        glob: true,
                        span: self.at(glob.star_token.spans[0]),
                    });
                }
                return;
            }
            UseTree::Name(name) => &name.ident,
            UseTree::Rename(rename) => &rename.ident,
        };
        let mut whole = prefix.clone();
        let names_parent = identifier == "self" && !whole.is_empty();
        if !names_parent {
            whole.push(plain(identifier));
        }
        let mut span = self.at(identifier.span());
        let binding = match tree {
            UseTree::Rename(rename) => {
                span = span.join(self.at(rename.rename.span()));
                (rename.rename != "_").then(|| self.name(&rename.rename))
            }
            _ => whole.last().map(|text| Name {
                text: text.clone(),
                span,
            }),
        };
        if let Some((module, path)) = whole.split_first() {
            imports.push(Import {
                module: self.package_named(module),
                path: path.to_vec(),
                binding,
                glob: false,
                span,
            });
        }
    }

    pub(super) fn extern_crate(&mut self, item: &ItemExternCrate) -> Import {
        let module = if item.ident == "self" {
            "crate".to_owned()
        } else {
            plain(&item.ident)
        };
        let bound = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
        Import {
            module,
            path: Vec::new(),
            binding: (bound != "_").then(|| self.name(bound)),
            glob: false,
            span: self
                .at(item.extern_token.span)
                .join(self.at(item.semi_token.spans[0])),
        }
    }

    /// `mod name;`: a module of this crate in a file of its own. The name must not be taken for a package.
    pub(super) fn module_file(&mut self, item: &ItemMod) -> Import {
        let name = self.name(&item.ident);
        Import {
            module: "self".to_owned(),
            path: vec![name.text.clone()],
            span: self.at(item.mod_token.span).join(name.span),
            binding: Some(name),
            glob: false,
        }
    }
}

//! Files that `syn` rejects: every item that tree-sitter holds to be whole is parsed alone, inside the `impl`, `trait`
//! and `mod` it stands in.

use syn::{ImplItem, Item, ItemImpl, ItemMod, ItemTrait, TraitItem};
use tree_sitter::Node;

use super::super::bounds;
use super::super::ir::{Block, Name, Statement, StatementKind, Unread};
use super::attributes::mark_tests;
use super::lowerer::{Lowerer, plain};
use super::token_path;
use crate::source::Span;

const REASON: &str = "syntax error";

/// How often the text may be parsed again while whole items turn out not to be: the work stays linear.
const REPARSES: usize = 8;

/// Modules within modules that a rescued item keeps: each is parsed anew for every item in it.
const MODULE_DEPTH: usize = 16;

/// What an item stands in: the text of its head without the brace, and the index of what that stands in.
#[derive(Clone, Copy)]
struct Head {
    span: Span,
    outer: Option<usize>,
}

/// A head with its meaning.
enum Context {
    Module(ItemMod),
    Implementation(ItemImpl),
    Trait(ItemTrait),
}

struct Rescue<'text> {
    text: &'text str,
    heads: Vec<Head>,
    /// Nodes to look at, the next one last.
    pending: Vec<Piece<'text>>,
    /// What was read, or is nothing to read.
    covered: Vec<Span>,
    statements: Vec<Statement>,
    /// Bytes that may still be parsed.
    budget: usize,
}

/// A node with its attributes, which tree-sitter keeps before it.
struct Piece<'text> {
    node: Node<'text>,
    start: usize,
    head: Option<usize>,
}

/// Lowers the whole items of a broken text; notes what is left as unread.
pub(super) fn rescue(text: &str, lowerer: &mut Lowerer) {
    let grammar = tree_sitter_rust::LANGUAGE.into();
    let tree = match bounds::parse_tree(&grammar, text.as_bytes(), &lowerer.limits) {
        Ok(tree) => tree,
        Err(error) => {
            let whole = Span::new(0, text.len());
            return lowerer.unread(whole, &format!("{REASON}, and {error}"));
        }
    };
    let mut rescue = Rescue {
        text,
        heads: Vec::new(),
        pending: Vec::new(),
        covered: lowerer.module.comments.iter().map(|it| it.span).collect(),
        statements: Vec::new(),
        budget: text.len().saturating_mul(REPARSES),
    };
    rescue.descend(&Piece {
        node: tree.root_node(),
        start: tree.root_node().start_byte(),
        head: None,
    });
    while let Some(piece) = rescue.pending.pop() {
        if !is_item(piece.node.kind()) {
            if piece.node.has_error() {
                rescue.descend(&piece);
            }
        } else if piece.node.has_error() || !rescue.read(&piece, lowerer) {
            rescue.descend(&piece);
        }
    }
    rescue.statements.sort_by_key(|statement| statement.span);
    rescue.note_gaps(lowerer);
    lowerer.offset = 0;
    lowerer.module.body.statements = rescue.statements;
}

impl<'text> Rescue<'text> {
    /// Queues what is in a node. In a broken region heads are not nodes of their own: they are found by their words.
    fn descend(&mut self, piece: &Piece<'text>) {
        let (node, outer) = (piece.node, piece.head);
        let mut cursor = node.walk();
        let mut head = outer;
        let mut around = Vec::new();
        let mut head_start = None;
        let mut attributes_start =
            (piece.start < node.start_byte() || is_item(node.kind())).then_some(piece.start);
        let mut found = Vec::new();
        for child in node.children(&mut cursor) {
            let kind = child.kind();
            match kind {
                "attribute_item" | "visibility_modifier" => {
                    attributes_start.get_or_insert(child.start_byte());
                    continue;
                }
                "line_comment" | "block_comment" => continue,
                "impl" | "mod" | "trait" => {
                    head_start = Some(attributes_start.unwrap_or(child.start_byte()));
                }
                "{" => {
                    around.push(head);
                    if let Some(start) = head_start.take() {
                        head = Some(self.add_head(start, child.start_byte(), head));
                    }
                }
                "}" => head = around.pop().unwrap_or(outer),
                "declaration_list" => {
                    if let Some(start) = head_start.take() {
                        let inside = self.add_head(start, child.start_byte(), head);
                        found.push(Piece {
                            node: child,
                            start: child.start_byte(),
                            head: Some(inside),
                        });
                        continue;
                    }
                }
                _ => {}
            }
            if child.is_named() {
                let start = attributes_start.take().unwrap_or(child.start_byte());
                found.push(Piece {
                    node: child,
                    start,
                    head,
                });
            }
            if !matches!(kind, "impl" | "mod" | "trait") {
                attributes_start = None;
            }
        }
        self.pending.extend(found.into_iter().rev());
    }

    fn add_head(&mut self, start: usize, end: usize, outer: Option<usize>) -> usize {
        let span = Span::new(start, end);
        self.covered.push(Span::new(start, end + 1));
        self.heads.push(Head { span, outer });
        self.heads.len() - 1
    }

    /// Parses and lowers an item alone; `false` when `syn` rejects it.
    fn read(&mut self, piece: &Piece<'_>, lowerer: &mut Lowerer) -> bool {
        let end = piece.node.end_byte();
        let span = Span::new(piece.start, end);
        let (Some(text), Some(budget)) = (
            self.text.get(piece.start..end),
            self.budget.checked_sub(end - piece.start),
        ) else {
            return false;
        };
        self.budget = budget;
        if token_path::scan(text.as_bytes()).refusal().is_some() {
            return false;
        }
        let context = piece.head.and_then(|head| self.context(head));
        lowerer.offset = piece.start;
        let mut statements = Vec::new();
        match &context {
            Some(Context::Implementation(implementation)) => {
                let Ok(item) = syn::parse_str::<ImplItem>(text) else {
                    return false;
                };
                let members = lowerer
                    .within_type(&implementation.self_ty, |lowerer| {
                        lowerer.impl_member(&item)
                    })
                    .into_iter()
                    .collect();
                lowerer.offset = self.head_offset(piece.head);
                let kind = lowerer.extension(implementation, members);
                statements.push(Statement { span, kind });
            }
            Some(Context::Trait(of)) => {
                let Ok(item) = syn::parse_str::<TraitItem>(text) else {
                    return false;
                };
                let members = lowerer.trait_member(&item).into_iter().collect();
                lowerer.offset = self.head_offset(piece.head);
                let kind = StatementKind::Extend {
                    class: lowerer.name(&of.ident),
                    interface: None,
                    members,
                };
                statements.push(Statement { span, kind });
            }
            Some(Context::Module(_)) | None => {
                let Ok(item) = syn::parse_str::<Item>(text) else {
                    return false;
                };
                lowerer.item(&item, &mut statements);
            }
        }
        self.covered.push(span);
        let statements = self.within_modules(statements, span, piece.head, lowerer);
        self.statements.extend(statements);
        true
    }

    fn head_offset(&self, head: Option<usize>) -> usize {
        let head = head.and_then(|index| self.heads.get(index));
        head.map_or(0, |head| head.span.start as usize)
    }

    /// The meaning of a head; `None` when it is broken itself.
    fn context(&self, index: usize) -> Option<Context> {
        let text = self.text.get(self.heads.get(index)?.span.range())?;
        if token_path::scan(text.as_bytes()).refusal().is_some() {
            return None;
        }
        match syn::parse_str(&format!("{text}{{}}")).ok()? {
            Item::Mod(item) => Some(Context::Module(item)),
            Item::Impl(item) => Some(Context::Implementation(item)),
            Item::Trait(item) => Some(Context::Trait(item)),
            _ => None,
        }
    }

    /// Wraps statements into the modules they stand in, from the inside out.
    fn within_modules(
        &self,
        mut statements: Vec<Statement>,
        span: Span,
        innermost: Option<usize>,
        lowerer: &mut Lowerer,
    ) -> Vec<Statement> {
        let mut next = innermost;
        for _ in 0..MODULE_DEPTH {
            let Some(index) = next else { break };
            next = self.heads.get(index).and_then(|head| head.outer);
            let attributes = match self.context(index) {
                Some(Context::Module(module)) => {
                    let range = module.ident.span().byte_range();
                    let start = self.head_offset(Some(index));
                    let name = Name {
                        text: plain(&module.ident),
                        span: Span::new(start + range.start, start + range.end),
                    };
                    let body = Block {
                        statements,
                        tail: None,
                    };
                    let kind = StatementKind::Namespace { name, body };
                    statements = vec![Statement { span, kind }];
                    module.attrs
                }
                Some(Context::Implementation(implementation)) => implementation.attrs,
                Some(Context::Trait(of)) => of.attrs,
                None => Vec::new(),
            };
            if mark_tests(&attributes) {
                lowerer.module.test_spans.push(span);
            }
        }
        statements
    }

    /// Notes every region that was not read, unless nothing but space and braces is in it.
    fn note_gaps(&mut self, lowerer: &mut Lowerer) {
        self.covered.sort();
        self.covered
            .push(Span::new(self.text.len(), self.text.len()));
        let mut position = 0;
        for span in &self.covered {
            let gap = Span::new(position, (span.start as usize).max(position));
            position = position.max(span.end as usize);
            let text = self.text.get(gap.range()).unwrap_or_default();
            let is_idle = |character: char| character.is_whitespace() || "{};".contains(character);
            let trimmed = text.trim_start_matches(is_idle);
            let start = gap.end as usize - trimmed.len();
            let end = start + trimmed.trim_end_matches(is_idle).len();
            if start < end {
                lowerer.module.unread.push(Unread {
                    span: Span::new(start, end),
                    reason: REASON.to_owned(),
                });
            }
        }
    }
}

fn is_item(kind: &str) -> bool {
    matches!(
        kind,
        "const_item"
            | "enum_item"
            | "extern_crate_declaration"
            | "function_item"
            | "impl_item"
            | "mod_item"
            | "static_item"
            | "struct_item"
            | "trait_item"
            | "type_item"
            | "union_item"
            | "use_declaration"
    )
}

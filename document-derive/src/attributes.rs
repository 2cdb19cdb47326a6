//! serde's attributes, as far as the document uses them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Path, Result};

/// What stands above a struct or an enum.
#[derive(Default)]
pub(crate) struct Container {
    /// The field that tells the variants apart.
    pub(crate) tag: Option<String>,
    /// Variants are written in snake case.
    pub(crate) snake_case: bool,
    /// Fields without a meaning are refused.
    pub(crate) deny_unknown_fields: bool,
}

impl Container {
    /// # Errors
    /// An attribute that the document does not use.
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("tag") {
                found.tag = Some(text(&meta)?.value());
            } else if meta.path.is_ident("rename_all") {
                let case = text(&meta)?;
                if case.value() != "snake_case" {
                    return Err(syn::Error::new(case.span(), "only snake_case is read"));
                }
                found.snake_case = true;
            } else if meta.path.is_ident("deny_unknown_fields") {
                found.deny_unknown_fields = true;
            } else {
                return Err(meta.error("not read by FromValue"));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// What stands above a field or a variant.
#[derive(Default)]
pub(crate) struct Item {
    /// Its name in the document, where that is another.
    pub(crate) rename: Option<String>,
    /// What it is where it is left out: an expression that is a function.
    pub(crate) default: Option<TokenStream>,
}

impl Item {
    /// # Errors
    /// An attribute that the document does not use.
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("rename") {
                found.rename = Some(text(&meta)?.value());
            } else if meta.path.is_ident("default") {
                found.default = Some(if meta.input.peek(syn::Token![=]) {
                    let path: Path = text(&meta)?.parse()?;
                    quote!(#path)
                } else {
                    quote!(::core::default::Default::default)
                });
            } else if meta.path.is_ident("skip_serializing_if") {
                // For writing.
                text(&meta)?;
            } else {
                return Err(meta.error("not read by FromValue"));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

fn each(
    attributes: &[Attribute],
    mut one: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    for attribute in attributes {
        if attribute.path().is_ident("serde") {
            attribute.parse_nested_meta(&mut one)?;
        }
    }
    Ok(())
}

fn text(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    meta.value()?.parse()
}

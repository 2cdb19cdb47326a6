//! Enums: of plain names, or told apart by a tag.

use crate::attributes::{Container, Item};
use crate::fields;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, Error, Fields, Result, Variant};

/// The reading of an enum.
///
/// # Errors
/// A kind of variant, or an attribute, that the document does not use.
pub(crate) fn body(container: &Container, data: &DataEnum) -> Result<TokenStream> {
    match &container.tag {
        Some(tag) => tagged(container, tag, data),
        None => plain(container, data),
    }
}

fn plain(container: &Container, data: &DataEnum) -> Result<TokenStream> {
    let mut arms = Vec::new();
    for variant in &data.variants {
        let Fields::Unit = variant.fields else {
            return Err(Error::new_spanned(
                variant,
                "variants with fields need a tag",
            ));
        };
        let (ident, name) = (&variant.ident, name(container, variant)?);
        arms.push(quote!(#name => Ok(Self::#ident),));
    }
    Ok(quote! {
        match crate::scenario::read::text(value)? {
            #(#arms)*
            other => Err(crate::scenario::read::unknown_choice(other)),
        }
    })
}

fn tagged(container: &Container, tag: &str, data: &DataEnum) -> Result<TokenStream> {
    let mut arms = Vec::new();
    for variant in &data.variants {
        let (ident, name) = (&variant.ident, name(container, variant)?);
        let check = |names: &[String]| {
            container
                .deny_unknown_fields
                .then(|| quote!(fields.known(&[#tag, #(#names),*])?;))
        };
        arms.push(match &variant.fields {
            Fields::Unit => {
                let check = check(&[]);
                quote!(#name => { #check Ok(Self::#ident) })
            }
            Fields::Named(named) => {
                let parts = fields::parts(named)?;
                let (check, values) = (check(&parts.names), &parts.values);
                quote!(#name => { #check Ok(Self::#ident { #(#values),* }) })
            }
            Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
                quote!(#name => fields.without(#tag).map(Self::#ident),)
            }
            Fields::Unnamed(unnamed) => {
                return Err(Error::new_spanned(
                    unnamed,
                    "fields of the document have names",
                ));
            }
        });
    }
    Ok(quote! {
        let fields = crate::scenario::read::Fields::of(value)?;
        match fields.tag(#tag)? {
            #(#arms)*
            other => Err(crate::scenario::read::unknown_choice(other)),
        }
    })
}

/// The variant's name in the document.
fn name(container: &Container, variant: &Variant) -> Result<String> {
    let given = variant.ident.to_string();
    Ok(match Item::of(&variant.attrs)?.rename {
        Some(name) => name,
        None if container.snake_case => snake_case(&given),
        None => given,
    })
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

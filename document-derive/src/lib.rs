//! `#[derive(FromValue)]`: how a type of the scenario document is read from a JSON value.
//!
//! serde's own `Deserialize` compiles a type's reading for every kind of deserialiser, visitor by visitor; for the 136
//! types of the document that was a fifth of the page. A document is a JSON value by the time its types are read, so
//! one short function for each type is enough. The attributes are serde's, of which the document uses few; any other is
//! refused when the crate is compiled.

mod attributes;
mod enums;
mod fields;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result, parse_macro_input};

/// Derives `FromValue`, and `Deserialize` by way of it, from serde's attributes.
///
/// Structs with named fields; enums of plain names; enums whose variants are told apart by a tag.
#[proc_macro_derive(FromValue, attributes(serde))]
pub fn from_value(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn derive(input: &DeriveInput) -> Result<TokenStream> {
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new_spanned(
            parameter,
            "types of the document have no parameters",
        ));
    }
    let container = attributes::Container::of(&input.attrs)?;
    let body = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => fields::of_struct(&container, named)?,
            other => {
                return Err(Error::new_spanned(
                    other,
                    "fields of the document have names",
                ));
            }
        },
        Data::Enum(data) => enums::body(&container, data)?,
        Data::Union(data) => {
            return Err(Error::new(data.union_token.span, "unions cannot be read"));
        }
    };
    let name = &input.ident;
    Ok(quote! {
        impl crate::scenario::read::FromValue for #name {
            fn from_value(
                value: &::serde_json::Value,
            ) -> ::core::result::Result<Self, crate::scenario::read::Misfit> {
                #body
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                crate::scenario::read::deserialize(deserializer)
            }
        }
    })
}

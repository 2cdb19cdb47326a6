//! Structs, and variants with fields of their own.

use crate::attributes::{Container, Item};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{FieldsNamed, Result};

/// The reading of a struct.
///
/// # Errors
/// An attribute that the document does not use.
pub(crate) fn of_struct(container: &Container, named: &FieldsNamed) -> Result<TokenStream> {
    let parts = parts(named)?;
    let (known, values) = (&parts.names, &parts.values);
    let check = container
        .deny_unknown_fields
        .then(|| quote!(fields.known(&[#(#known),*])?;));
    Ok(quote! {
        let fields = crate::scenario::read::Fields::of(value)?;
        #check
        Ok(Self { #(#values),* })
    })
}

/// The fields of a struct or a variant: their names in the document, and `field: how it is read`.
pub(crate) struct Parts {
    pub(crate) names: Vec<String>,
    pub(crate) values: Vec<TokenStream>,
}

/// # Errors
/// An attribute that the document does not use.
pub(crate) fn parts(named: &FieldsNamed) -> Result<Parts> {
    let mut parts = Parts {
        names: Vec::new(),
        values: Vec::new(),
    };
    for field in &named.named {
        let item = Item::of(&field.attrs)?;
        let ident = field.ident.as_ref();
        let name = item
            .rename
            .or_else(|| ident.map(ToString::to_string))
            .unwrap_or_default();
        parts.values.push(match item.default {
            Some(default) => quote!(#ident: fields.get_or(#name, #default)?),
            None => quote!(#ident: fields.get(#name)?),
        });
        parts.names.push(name);
    }
    Ok(parts)
}

//! QEC Studio simulation core.

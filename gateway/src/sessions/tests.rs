//! The cache against a store that answers slowly, not at all, or with yesterday's news.

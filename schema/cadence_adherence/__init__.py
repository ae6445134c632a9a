"""How cadences were kept, over GraphQL."""

"""OAuth 2.1 for agencies' systems: tokens by client credentials, revocation (RFC 7009), introspection (RFC 7662), metadata (RFC 8414)."""

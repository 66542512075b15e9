"""How a tenant looks: in pages, mail and PDF."""

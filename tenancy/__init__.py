"""Who is who, who owns what, who may do what."""

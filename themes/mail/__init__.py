"""The mails that the product sends: what they say, how they look, and how they leave."""

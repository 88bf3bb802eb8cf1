"""Bake-offs: many recipes trained and measured on the same items one after the other, and read as one table."""

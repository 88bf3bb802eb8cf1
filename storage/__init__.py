"""What the app remembers. Knows no machine learning and no web."""

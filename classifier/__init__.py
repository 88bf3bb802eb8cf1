"""Texts, labels and numbers: three classifiers, a retriever, training and metrics. Knows no database and no web."""

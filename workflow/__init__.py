"""The use cases: where storage meets the classifiers. Hands frozen values to the pages; knows no Gradio."""

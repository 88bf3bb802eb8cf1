"""The pages and the named endpoints: Gradio and FastAPI, and only here.

Calls the use cases of `workflow`; knows no storage and no model.
"""

"""The page's table of contents: a header, six tabs, and the named endpoints behind them."""

import gradio as gr

from ui.api import add_endpoints
from ui.bakeoff import draw_bakeoff_tab
from ui.data import draw_data_tab
from ui.disagreements import draw_disagreements_tab
from ui.header import draw_header
from ui.prompts import draw_prompt_workshop
from ui.retrain import draw_retrain_tab
from ui.statistics import draw_statistics_tab
from ui.triage import draw_triage_tab
from ui.words import word
from workflow.use_cases import UseCases

DAY = 24 * 3600


def build_page(use_cases: UseCases) -> gr.Blocks:
    """Draw and wire everything."""
    with gr.Blocks(title="News Triage", fill_width=True, analytics_enabled=False, delete_cache=(DAY, DAY)) as page:
        draw_header(use_cases)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(word("tab.triage"), id="triage", elem_id="tab-triage"):
                draw_triage_tab(use_cases)
            with gr.Tab(word("tab.disagreements"), id="disagreements", elem_id="tab-disagreements"):
                draw_disagreements_tab(use_cases)
            with gr.Tab(word("tab.retrain"), id="retrain", elem_id="tab-retrain"):
                draw_retrain_tab(use_cases)
                draw_prompt_workshop(use_cases)
            with gr.Tab(word("tab.bakeoff"), id="bakeoff", elem_id="tab-bakeoff"):
                draw_bakeoff_tab(use_cases)
            with gr.Tab(word("tab.statistics"), id="statistics", elem_id="tab-statistics"):
                draw_statistics_tab(use_cases)
            with gr.Tab(word("tab.data"), id="data", elem_id="tab-data"):
                draw_data_tab(use_cases)
        add_endpoints(use_cases)
    return page

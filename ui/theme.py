"""Gradio's theme in the app's own tokens. The values live in `static/tokens.css`, once for light and once for dark."""

import gradio as gr

TOKENS = {
    "body_background_fill": "--nt-ground",
    "body_text_color": "--nt-ink",
    "body_text_color_subdued": "--nt-ink-soft",
    "background_fill_primary": "--nt-paper",
    "background_fill_secondary": "--nt-ground",
    "border_color_primary": "--nt-line",
    "border_color_accent": "--nt-accent",
    "color_accent_soft": "--nt-accent-wash",
    "link_text_color": "--nt-accent",
    "block_background_fill": "--nt-paper",
    "block_border_color": "--nt-line",
    "block_label_background_fill": "--nt-paper",
    "block_label_text_color": "--nt-ink-soft",
    "block_title_text_color": "--nt-ink-soft",
    "input_background_fill": "--nt-field",
    "input_border_color": "--nt-line-strong",
    "input_border_color_focus": "--nt-accent",
    "input_placeholder_color": "--nt-ink-faint",
    "button_primary_background_fill": "--nt-accent",
    "button_primary_background_fill_hover": "--nt-accent-strong",
    "button_primary_text_color": "--nt-on-accent",
    "button_secondary_background_fill": "--nt-paper",
    "button_secondary_background_fill_hover": "--nt-accent-wash",
    "button_secondary_border_color": "--nt-line-strong",
    "button_secondary_text_color": "--nt-ink",
    "checkbox_background_color": "--nt-field",
    "checkbox_background_color_selected": "--nt-accent",
    "checkbox_border_color": "--nt-line-strong",
    "checkbox_border_color_selected": "--nt-accent",
    "checkbox_label_background_fill": "--nt-paper",
    "checkbox_label_background_fill_selected": "--nt-paper",
    "table_odd_background_fill": "--nt-paper",
    "table_even_background_fill": "--nt-ground",
    "table_border_color": "--nt-line",
    "table_text_color": "--nt-ink",
}
FONT = (
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "sans-serif",
)


def build_theme() -> gr.themes.Base:
    """Return the theme; every colour points at a token, so that one file decides light and dark."""
    theme = gr.themes.Base(
        font=FONT,
        font_mono=("ui-monospace", "SF Mono", "Cascadia Mono", "Consolas", "monospace"),
        text_size="sm",
        spacing_size="sm",
        radius_size="sm",
    )
    colours = {name: f"var({token})" for name, token in TOKENS.items()}
    dark = {f"{name}_dark": value for name, value in colours.items() if hasattr(theme, f"{name}_dark")}
    return theme.set(**colours, **dark, block_shadow="none", button_primary_shadow="none", block_border_width="1px")

"""The shipped sample: invented financial news, so that the app can be tried without data. Made afresh, always the same.

The texts come out of a slot grammar (`events/*.toml`, `frames.toml`, `words.toml`); nothing in them is true.
"""

from workflow.sample.generator import NOISE_SHARE, Sample, make_sample

SAMPLE_NAME = "shipped sample"

__all__ = ["NOISE_SHARE", "SAMPLE_NAME", "Sample", "make_sample"]

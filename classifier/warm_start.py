"""Writes a token SVM into a BERT or a Qwen2, so that before its first step it already answers as the SVM does.

A transformer that starts from noise spends its whole budget on a processor on learning what an SVM knows after seconds.
The weights written here make attention a mean over the tokens, with [CLS] as the sink that takes the SVM's
`length / (n + length)` of it, and every other part an identity. Large constant dimensions dominate each normalisation,
so that it leaves all other dimensions as they are. Knows no training.
"""

from dataclasses import dataclass
from math import log, sqrt

import torch
from torch import Tensor, nn
from transformers import BertForSequenceClassification, Qwen2ForSequenceClassification

from classifier.token_svm import TokenSvm
from classifier.token_vectors import label_directions

CONSTANTS = 32
"""Dimensions that hold plus and minus `LOUD` for every token."""
MARKS = 2
"""Dimensions at the end that hold plus and minus `LOUD` for [CLS] alone; two, so that its mean stays zero."""
RESERVED = CONSTANTS + MARKS
LOUD = 2.0
MOST_LABEL_DIMENSIONS = 192
REACH = 2.0
"""How far the most telling token reaches; more, and normalisation and tanh would press it down."""
SHARPNESS = 3.0
"""What turns an SVM's margins into the logits that fit them best."""
FAINT = 0.05
"""How far words reach in the free dimensions."""
QUIET = 0.02
"""Noise on what starts at zero, where exactly zero could not learn."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which of the width's dimensions mean what, and the SVM in its share of them: `table` [V, r], `head` [L, r]."""

    width: int
    table: Tensor
    head: Tensor

    @property
    def labels(self) -> slice:
        """The dimensions that say what a token means for the labels."""
        return slice(0, self.table.shape[1])

    @property
    def free(self) -> slice:
        """The dimensions that mean nothing yet."""
        return slice(self.table.shape[1], self.width - RESERVED)

    @property
    def constant(self) -> Tensor:
        """What every token holds, float32 [width]."""
        values = torch.zeros(self.width)
        values[-RESERVED:-MARKS] = LOUD
        values[-RESERVED:-MARKS:2] = -LOUD
        return values

    @property
    def loudness(self) -> float:
        """The root mean square of a state, which normalisation divides by and its weight has to give back."""
        return LOUD * sqrt(CONSTANTS / self.width)

    def through(self) -> Tensor:
        """The projection that hands on all but the constants and the mark of [CLS]."""
        kept = torch.eye(self.width)
        kept[-RESERVED:] = 0
        return kept


def lay_out(svm: TokenSvm, width: int) -> Layout:
    """Press an SVM's weights into a width: exactly while the labels are few, else by their strongest directions."""
    table, head = label_directions(svm, min(MOST_LABEL_DIMENSIONS, width - RESERVED))
    scale = REACH / table.norm(dim=1).max().clamp(min=1e-6)
    return Layout(width, table * scale, head * (SHARPNESS / scale))


@torch.no_grad()
def write_into_bert(model: BertForSequenceClassification, svm: TokenSvm, words: Tensor, cls: int) -> None:
    """Make a BERT answer as the SVM does; `words` [V, width] fill the free dimensions, `cls` is the id of [CLS]."""
    config = model.config
    layout = lay_out(svm, config.hidden_size)
    tables = model.bert.embeddings
    tables.word_embeddings.weight.copy_(_words(layout, words, cls))
    nn.init.normal_(tables.position_embeddings.weight, std=0.01)
    tables.position_embeddings.weight[:, layout.labels] = 0
    tables.token_type_embeddings.weight.copy_(layout.constant.expand_as(tables.token_type_embeddings.weight))
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            module.weight.fill_(layout.loudness)
    for layer in model.bert.encoder.layer:
        nn.init.zeros_(layer.output.dense.weight)
        nn.init.zeros_(layer.attention.output.dense.weight)
        nn.init.normal_(layer.intermediate.dense.weight, std=1 / sqrt(layout.width))
    last = model.bert.encoder.layer[-1].attention
    _mean_attention(last.self.query, last.self.key, svm.length, config.num_attention_heads, 0)
    last.self.value.weight.copy_(layout.through())
    last.output.dense.weight.copy_(torch.eye(layout.width))
    model.bert.pooler.dense.weight.copy_(torch.eye(layout.width))
    model.classifier.weight.zero_()
    model.classifier.weight[:, layout.labels] = layout.head
    model.classifier.bias.copy_(svm.bias * SHARPNESS)


@torch.no_grad()
def write_into_qwen2(model: Qwen2ForSequenceClassification, svm: TokenSvm, words: Tensor, cls: int) -> None:
    """Make a Qwen2 with a head answer as the SVM does, read at a text's last token; parameters as for BERT."""
    config, body = model.config, model.model
    layout = lay_out(svm, config.hidden_size)
    body.embed_tokens.weight.copy_(_words(layout, words, cls) + layout.constant)
    body.norm.weight.fill_(layout.loudness)
    for layer in body.layers:
        layer.input_layernorm.weight.fill_(layout.loudness)
        layer.post_attention_layernorm.weight.fill_(layout.loudness)
        nn.init.zeros_(layer.self_attn.o_proj.weight)
        nn.init.zeros_(layer.mlp.down_proj.weight)
    last = body.layers[-1].self_attn
    # The slowest rotation hardly turns within a text, so that its dimension is the same wherever a token stands.
    _mean_attention(last.q_proj, last.k_proj, svm.length, config.num_attention_heads, last.head_dim // 2 - 1)
    last.v_proj.weight.copy_(layout.through())
    last.o_proj.weight.copy_(torch.eye(layout.width))
    model.score.weight.copy_(_bias_by_constants(layout, svm.bias * SHARPNESS))
    model.score.weight[:, layout.labels] = layout.head


def _words(layout: Layout, words: Tensor, cls: int) -> Tensor:
    table = torch.zeros(len(words), layout.width)
    table[:, layout.labels] = layout.table
    free = words[:, layout.free]
    table[:, layout.free] = free * (FAINT / free.std())
    table[cls] = 0
    table[cls, -2:] = torch.tensor([-LOUD, LOUD])
    return table


def _mean_attention(query: nn.Linear, key: nn.Linear, length: float, heads: int, dimension: int) -> None:
    """Let every token look evenly at all others, and at [CLS] as at `length` of them; `dimension` is within a head."""
    size = query.out_features // heads
    for projection in (query, key):
        nn.init.normal_(projection.weight, std=QUIET)
        projection.weight[:, -RESERVED:] = 0
        nn.init.zeros_(projection.bias)
    # [SEP] is looked at as well, and says nothing either.
    query.bias[dimension::size] = log(max(length - 1, 1)) * sqrt(size) / LOUD
    key.weight[dimension::size, -1] = 1.0


def _bias_by_constants(layout: Layout, bias: Tensor) -> Tensor:
    """Return weights [L, width] that read a bias from the constant dimensions, for a head that has none of its own."""
    return bias[:, None] * layout.constant / layout.constant.square().sum()

"""An input table of which training changed some rows: only these are kept, the others are the base's. Knows no texts.

A table is a quarter of a small LLM, and a training meets few of its words.
"""

import json
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from peft.utils import ModulesToSaveWrapper
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import PreTrainedModel

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
"""The files of an adapter as peft writes them."""
FILE = "table.safetensors"


class PatchedTable(nn.Module):
    """An embedding with other vectors, float32 [k, width], in the rows int64 [k]."""

    def __init__(self, table: nn.Embedding, rows: Tensor, values: Tensor) -> None:
        super().__init__()
        self.table = table
        self.rows, self.values = nn.Buffer(rows), nn.Parameter(values, requires_grad=False)
        self.places = nn.Buffer(torch.full((table.num_embeddings,), -1, dtype=torch.int32), persistent=False)
        self.places[rows] = torch.arange(len(rows), dtype=torch.int32)

    def forward(self, ids: Tensor) -> Tensor:
        """Return float32 [..., width]."""
        places = self.places[ids]
        return torch.where(places[..., None] < 0, self.table(ids).float(), self.values[places.clamp(min=0)])

    def whole(self) -> nn.Embedding:
        """Return a plain embedding with the same vectors."""
        weight = self.table.weight.detach().float().clone()
        weight[self.rows] = self.values
        return nn.Embedding.from_pretrained(weight)


def write_table(model: PeftModel, directory: Path) -> None:
    """Write what an adapter holds of a trained input table as its changed rows, in place of the whole table."""
    table = model.get_input_embeddings()
    if isinstance(table, PatchedTable):
        save_file({"rows": table.rows, "values": table.values.detach()}, directory / FILE)
    elif isinstance(table, ModulesToSaveWrapper):
        before, after = table.original_module.weight, table.modules_to_save[model.active_adapter].weight.detach()
        rows = (before != after).any(1).nonzero().flatten()
        if len(rows):
            save_file({"rows": rows, "values": after[rows]}, directory / FILE)
        _leave_out(_name(model, table), directory)


def read_table(scorer: PreTrainedModel, directory: Path) -> None:
    """Patch a scorer's input table with the rows that `write_table` wrote, if it did."""
    table = scorer.get_input_embeddings()
    if (directory / FILE).is_file():
        tensors = load_file(directory / FILE)
        scorer.set_input_embeddings(PatchedTable(table, tensors["rows"], tensors["values"]).to(table.weight.device))
    elif _name(scorer, table) in _configuration(directory)["modules_to_save"]:
        # The first releases wrote the whole table, in single precision; what takes it in must not round it.
        scorer.set_input_embeddings(nn.Embedding.from_pretrained(table.weight.float()))


def make_table_whole(model: PreTrainedModel) -> None:
    """Give a patched model a plain input table with the same vectors."""
    if isinstance(table := model.get_input_embeddings(), PatchedTable):
        model.set_input_embeddings(table.whole())


def _leave_out(name: str, directory: Path) -> None:
    weights = load_file(directory / WEIGHTS)
    save_file({key: tensor for key, tensor in weights.items() if f".{name}." not in key}, directory / WEIGHTS)
    config = _configuration(directory)
    config["modules_to_save"] = [module for module in config["modules_to_save"] if module != name]
    (directory / CONFIG).write_text(json.dumps(config, indent=1), encoding="utf-8")


def _configuration(directory: Path) -> dict[str, Any]:
    return json.loads((directory / CONFIG).read_text(encoding="utf-8"))


def _name(model: nn.Module, part: nn.Module) -> str:
    return next(name for name, module in model.named_modules() if module is part).rpartition(".")[2]

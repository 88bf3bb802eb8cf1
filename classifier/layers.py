"""Which layer of a transformer a parameter belongs to, so that lower ones can learn less. Knows no training."""

from torch import nn
from transformers import PreTrainedModel


def depths(model: PreTrainedModel) -> tuple[dict[str, int], int]:
    """Return the depth of each parameter by name, and how many layers there are.

    What stands before the first layer (embeddings) has depth 0, layer i (from 0) has i + 1, what stands behind the last
    (pooler, head) one more than the layers. Raises ValueError where the model has no list of its layers.
    """
    prefix, layers = _layer_list(model)
    places: dict[str, int] = {}
    depth = 0
    # A model names its parameters in the order in which a text passes them.
    for name, _ in model.named_parameters(remove_duplicate=False):
        if name.startswith(prefix):
            depth = int(name.removeprefix(prefix).split(".")[0]) + 1
        elif depth:
            depth = layers + 1
        places[name] = depth
    return places, layers


def freeze_lower(model: PreTrainedModel, share: float) -> None:
    """Keep the embeddings and a share of the layers, from below, as they are (Lee et al. 2019); 0 freezes nothing."""
    if not share:
        return
    places, layers = depths(model)
    for name, parameter in model.named_parameters():
        if places[name] <= round(layers * share):
            parameter.requires_grad_(False)


def decayed_rates(model: PreTrainedModel, decay: float) -> dict[str, float]:
    """Return for each parameter decay^(layers above it, the head's counted), by name; nothing where decay is 1."""
    if decay == 1:
        return {}
    places, layers = depths(model)
    return {name: decay ** (layers + 1 - depth) for name, depth in places.items()}


def _layer_list(model: PreTrainedModel) -> tuple[str, int]:
    count = model.config.num_hidden_layers
    for name, module in model.named_modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return f"{name}.", count
    raise ValueError(f"{type(model).__name__} has no list of {count} layers.")

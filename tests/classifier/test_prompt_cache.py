"""What is kept of prompts: shared beginnings, rows that go on by themselves, room that is written into in place."""

import torch
from transformers import Qwen2Config

from classifier.prompt_cache import ROOM, RoomyLayer, branch, empty_cache, for_rows

CONFIG = Qwen2Config(num_hidden_layers=1, hidden_size=4, num_attention_heads=2, num_key_value_heads=2)


def states(*numbers):
    """Keys of one row a list of numbers, one a token, for two heads of width two."""
    return torch.tensor(numbers, dtype=torch.float32)[:, None, :, None].expand(-1, 2, -1, 2)


def read(cache, *numbers):
    keys, _ = cache.update(states(*numbers), states(*numbers), 0)
    return keys[:, 0, :, 0].tolist()


def test_what_is_read_stands_behind_what_was_read_before():
    cache = empty_cache(CONFIG)
    assert isinstance(cache.layers[0], RoomyLayer)
    assert read(cache, [1, 2]) == [[1, 2]]
    assert read(cache, [3]) == [[1, 2, 3]]
    many = list(range(2 * ROOM))
    assert read(cache, many) == [[1, 2, 3, *many]]


def test_a_little_more_is_written_without_a_copy_of_the_rest():
    cache = empty_cache(CONFIG)
    read(cache, [1, 2])
    before = cache.layers[0].keys.data_ptr()
    read(cache, [3] * ROOM)
    assert cache.layers[0].keys.data_ptr() == before
    read(cache, [4])
    assert cache.layers[0].keys.data_ptr() != before


def test_prompts_go_on_from_one_beginning_and_leave_it_as_it_was():
    beginning = empty_cache(CONFIG)
    read(beginning, [1, 2])
    assert read(for_rows(beginning, 2), [3], [4]) == [[1, 2, 3], [1, 2, 4]]
    assert read(for_rows(beginning, 1), [5]) == [[1, 2, 5]]
    assert read(beginning, [6]) == [[1, 2, 6]]


def test_prompts_without_a_beginning_begin_by_themselves():
    assert read(for_rows(empty_cache(CONFIG), 2), [3], [4]) == [[3], [4]]


def test_a_look_ahead_is_forgotten_also_that_of_chosen_rows():
    cache = for_rows(empty_cache(CONFIG), 2)
    read(cache, [1], [2])
    ahead, chosen = branch(cache), branch(cache)
    assert read(ahead, [3], [4]) == [[1, 3], [2, 4]]
    chosen.batch_select_indices(torch.tensor([1, 1, 0]))
    assert read(chosen, [5], [6], [7]) == [[2, 5], [2, 6], [1, 7]]
    assert read(cache, [8], [9]) == [[1, 8], [2, 9]]


def test_in_half_precision_half_as_much_is_kept():
    cache = empty_cache(CONFIG)
    with torch.autocast("cpu", torch.bfloat16):
        read(cache, [1])
    assert cache.layers[0].keys.dtype == torch.bfloat16

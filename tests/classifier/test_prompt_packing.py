import torch

from classifier.prompt_packing import SideBySide

PROMPT = torch.tensor([0, 0, 2])
"""Two rows stand behind the first of three prompts, none behind the second, one behind the third."""


def test_rows_stand_beside_one_another_behind_their_prompt():
    beside = SideBySide.of(PROMPT, 3)
    rows = torch.tensor([[5, 6], [7, 8], [9, 10]])
    packed = beside.pack(rows)
    assert packed.tolist() == [[5, 6, 7, 8], [1, 1, 1, 1], [9, 10, 1, 1]]
    assert beside.unpack(packed[..., None])[..., 0].tolist() == rows.tolist()


def test_a_row_sees_nothing_of_what_stands_beside_it():
    seen = torch.tensor([[True, False], [True, True], [False, True]])
    own = SideBySide.of(PROMPT, 3).own(seen)
    assert own.int().tolist() == [[1, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 0]]
    assert SideBySide.of(PROMPT, 3).own(seen[:, None]).tolist() == own[:, None].tolist()

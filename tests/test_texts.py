"""Messages and texts on their way to batches: every number can be traced back, and what cannot be done is explained."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from lstm_viz.datasets import Texts, messages, zen
from lstm_viz.forward import run_forward
from lstm_viz.preparation.characters import alphabet, character_name, one_hot_against_indices
from lstm_viz.preparation.packing import packing
from lstm_viz.preparation.padding import pad, padding_collision
from lstm_viz.preparation.prepare_text import prepare_text
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.reading_text import read_text, read_text_code
from lstm_viz.preparation.recipe_link import QUERY_NAMES
from lstm_viz.preparation.text_errors import TextError
from lstm_viz.preparation.text_recipe import TEXT_QUERY_NAMES, TextRecipe, TextRecipeError
from lstm_viz.preparation.vocabulary import Vocabulary, make_vocabulary
from lstm_viz.preparation.words import tokenizer, tokenizer_code
from lstm_viz.spec import QUERY_NAMES as SPEC_NAMES
from lstm_viz.spec import NetworkSpec

SMS = Path(__file__).parents[1].parent / "shared" / "data" / "sms_spam.csv"
WORDS = ["tea", "win", "car", "the", "a", "free", "soup", "I", "night", "now"]


class TestData:
    def test_the_messages_are_many_and_vary(self) -> None:
        data = messages()
        lengths = [len(text.split()) for text in data.texts]
        assert len(data.texts) == len(data.labels) == 612
        assert set(data.labels) == {"wanted", "unwanted"}
        assert 0.2 <= data.labels.count("unwanted") / 612 <= 0.3
        assert (min(lengths), max(lengths)) == (1, 39)
        assert len(set(lengths)) >= 25
        assert len({word for text in data.texts for word in tokenizer()(text)}) >= 1_400
        assert "written for this project" in data.source
        assert all(text == " ".join(text.split()) for text in data.texts)

    def test_no_message_is_there_twice_or_nearly(self) -> None:
        texts = messages().texts
        plain = [" ".join(re.findall(r"\w+", text.lower())) for text in texts]
        assert len(set(plain)) == len(plain)
        likeness = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b").fit_transform(texts)
        alike = (likeness @ likeness.T).toarray()
        assert ((alike > 0.7).sum() - len(texts)) == 0

    def test_they_name_no_address_that_could_exist(self) -> None:
        text = " ".join(messages().texts)
        assert set(re.findall(r"[\w-]+\.(\w+)\b(?=[^\w]|$)", re.sub(r"\d+\.\d+", "", text))) <= {"example"}
        assert not re.search(r"\d{6}|\+\d|www|http|@", text.replace("000 000", ""))

    def test_both_kinds_are_everywhere(self) -> None:
        """The split is in order, so every fifth of the messages needs both."""
        labels = messages().labels
        for start in range(0, 600, 120):
            assert 0.15 <= labels[start : start + 120].count("unwanted") / 120 <= 0.4

    def test_the_zen_is_pythons_own_and_is_not_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        printed = subprocess.run(
            [sys.executable, "-c", "import this"], capture_output=True, text=True, check=True
        ).stdout
        assert zen().texts[0] == printed.rstrip("\n")
        capsys.readouterr()
        zen.__wrapped__()
        assert capsys.readouterr().out == ""
        assert "this" not in sys.modules

    def test_labels_that_do_not_fit_are_refused(self) -> None:
        with pytest.raises(ValueError, match="labels: expected one for each of the 2 messages, or none at all, got 1"):
            Texts("t", ("a", "b"), ("x",))


class TestWords:
    @pytest.mark.parametrize("lowercase", [True, False])
    @pytest.mark.parametrize("one_letter", [True, False])
    def test_the_tokenizer_is_scikit_learns(self, lowercase: bool, one_letter: bool) -> None:
        ours = tokenizer(lowercase, one_letter)
        shown: Any = eval(tokenizer_code(lowercase, one_letter), {"CountVectorizer": CountVectorizer})
        plain = CountVectorizer().build_tokenizer()
        for text in messages().texts[:60]:
            assert ours(text) == shown(text)
            if not one_letter:
                assert ours(text) == plain(text.lower() if lowercase else text)
        assert tokenizer(one_letter=True)("I am, a bit!") == ["i", "am", "a", "bit"]

    def test_index_0_and_1_are_never_words(self) -> None:
        words = make_vocabulary([["<pad>", "<unk>", "tea", "tea"]])
        assert words.entries == ("<pad>", "<unk>", "tea", "<pad>", "<unk>")
        assert words.encode(["<pad>", "tea", "cake"]) == [3, 2, 1]

    @pytest.mark.parametrize("seed", range(30))
    def test_encoding_and_decoding(self, seed: int) -> None:
        rng = random.Random(seed)
        texts = [rng.choices(WORDS, k=rng.randint(0, 9)) for _ in range(rng.randint(1, 8))]
        min_count, most, reserved = rng.randint(1, 3), rng.choice([0, 0, 2, 4]), rng.random() < 0.6
        words = make_vocabulary(texts, min_count, most, reserved)
        counts = Counter(word for text in texts for word in text)
        kept = words.entries[2 if reserved else 0 :]
        assert all(counts[word] >= min_count for word in kept)
        assert not most or len(kept) <= most
        assert [counts[word] for word in kept] == sorted((counts[word] for word in kept), reverse=True)
        assert words.left_out == len(counts) - len(kept)
        if reserved:
            assert words.counts[:2] == (0, sum(count for word, count in counts.items() if word not in kept))
        for text in texts:
            codes = words.encode(text)
            if reserved:
                assert words.decode(codes) == tuple(word if word in kept else "<unk>" for word in text)
            else:
                assert words.decode(codes) == tuple(word for word in text if word in kept)

    def test_an_index_that_no_entry_has_is_refused(self) -> None:
        with pytest.raises(IndexError, match="index: expected 0 to 2, got 3"):
            Vocabulary(("<pad>", "<unk>", "tea"), (0, 0, 1)).decode([3])


class TestPadding:
    @pytest.mark.parametrize("seed", range(40))
    @pytest.mark.parametrize("side", ["right", "left"])
    @pytest.mark.parametrize("cut", ["end", "start"])
    def test_it_is_torchs_pad_sequence_after_truncating(self, seed: int, side: Any, cut: Any) -> None:
        rng = random.Random(seed)
        sequences = [rng.choices(range(2, 30), k=rng.randint(0, 8)) for _ in range(rng.randint(1, 6))]
        length = rng.choice([0, 1, 3, 12])
        if not length and not any(sequences):
            return
        padded = pad(sequences, length, side, cut)
        T = length or max(map(len, sequences))  # noqa: N806
        kept = [each[-T:] if cut == "start" else each[:T] for each in sequences]
        rows = [torch.tensor(each, dtype=torch.int64) for each in kept]
        theirs = pad_sequence([*rows, torch.zeros(T, dtype=torch.int64)], batch_first=True, padding_side=side)[:-1]
        assert torch.equal(padded.x, theirs)
        assert padded.lengths.tolist() == [len(each) for each in kept] == padded.mask.sum(1).tolist()
        assert padded.truncated == sum(len(each) > T for each in sequences)
        assert padded.lost == sum(map(len, sequences)) - sum(map(len, kept))
        assert padded.padding == padded.x.numel() - sum(map(len, kept))
        for sample, row in enumerate(padded.places.tolist()):
            for step, place in enumerate(row):
                assert (place >= 0) == bool(padded.mask[sample, step])
                if place >= 0:
                    assert sequences[sample][place] == padded.x[sample, step]

    def test_nothing_to_pad_is_refused(self) -> None:
        with pytest.raises(TextError, match="sequences: expected at least one with an element in it, got none"):
            pad([])
        with pytest.raises(TextError, match="got 2 empty sequences"):
            pad([[], []])

    def test_index_0_is_padding_and_a_word_unless_it_is_reserved(self) -> None:
        texts = [["the", "tea"], ["the", "the", "car"], ["win"]]
        without = make_vocabulary(texts, reserved=False)
        found = padding_collision(without, pad([without.encode(text) for text in texts]))
        assert found is not None
        assert (found.word, found.as_word, found.as_padding) == ("the", 3, 3)
        assert found.sentence == (
            "Index 0 stands for 'the' in 3 steps and for padding in 3: the network cannot tell them apart. Reserve "
            "index 0 for padding."
        )
        words = make_vocabulary(texts)
        assert padding_collision(words, pad([words.encode(text) for text in texts])) is None
        assert padding_collision(without, pad([without.encode(["tea"])], length=3)) is None, "the is not there"


class TestCharacters:
    @pytest.mark.parametrize("seed", range(20))
    def test_a_one_hot_vector_times_the_weight_is_a_row_of_it(self, seed: int) -> None:
        rng = random.Random(seed)
        B, T, C, E = (rng.randint(1, 9) for _ in range(4))  # noqa: N806
        generator = torch.Generator().manual_seed(seed)
        indices = torch.randint(C, (B, T), generator=generator)
        found = one_hot_against_indices(indices, C, E, seed)
        assert found.equal
        assert found.difference == 0
        embedding, linear = nn.Embedding(C, E), nn.Linear(C, E, bias=False)
        with torch.no_grad():
            embedding.weight.copy_(found.weight)
            linear.weight.copy_(found.weight.T)
            assert torch.equal(found.looked_up, embedding(indices))
            one_hot = functional.one_hot(indices, C).float()
            assert torch.equal(found.one_hot, one_hot)
            torch.testing.assert_close(linear(one_hot), found.product)
        assert found.bytes == (B * T * C * 4, B * T * 8)
        names: dict[str, Any] = {"torch": torch, "functional": functional, "x": indices, "embedding": embedding}
        *first, last = found.code.splitlines()
        exec("\n".join(first), names)
        assert eval(last, names)

    def test_the_sentence_has_the_bytes(self) -> None:
        found = one_hot_against_indices(torch.zeros(2, 3, dtype=torch.int64), 10)
        assert found.sentence.endswith("The one-hot vectors take 240 bytes, the indices 48: 5 times the memory.")

    def test_an_index_beyond_the_classes_is_refused(self) -> None:
        with pytest.raises(TextError, match=r"indices: expected 0 to 2, got 3. C = 3 counts all"):
            one_hot_against_indices(torch.tensor([[0, 3]]), 3)
        with pytest.raises(TextError, match=r"expected \(B, T\) whole numbers, got \(1, 2\) of float32"):
            one_hot_against_indices(torch.zeros(1, 2), 3)

    def test_the_alphabet(self) -> None:
        words = alphabet(zen().texts[0])
        assert words.entries == tuple(sorted(set(zen().texts[0])))
        assert sum(words.counts) == 856
        assert "".join(words.decode(words.encode("Now is better"))) == "Now is better"
        assert [character_name(each) for each in "\n\t\u00a0é"] == ["line end", "tab", "no-break space", "'é'"]


def check_origins(ready: PreparedText) -> None:
    """Every number of every part stands for what ``origin`` says, and ``steps_of`` finds the way back."""
    for name, part in ready.parts.items():
        for sample in range(len(part)):
            for step in range(part.x.shape[1]):
                origin, code = ready.origin(sample, step, name), int(part.x[sample, step])
                assert (origin is not None) == bool(part.mask[sample, step])
                if origin is None:
                    assert code == 0
                    continue
                assert origin.entry == ready.vocabulary.entries[code]
                if origin.place < 0:
                    assert (origin.text, origin.entry) == ("", "<unk>")
                    continue
                assert origin.entry in (origin.text, "<unk>")
                assert (name, sample, step) in ready.steps_of(origin.place, origin.message)


class TestPrepareWords:
    def test_example_three(self) -> None:
        data = messages()
        ready = prepare_text(TextRecipe(), data.texts, data.labels)
        assert ready.x.shape == (4, 5)
        assert ready.x.dtype == torch.int64
        assert {name: len(part) for name, part in ready.parts.items()} == {"train": 489, "test": 123}
        assert ready.parts["test"].items == range(489, 612)
        assert [tuple(batch[0].shape) for batch in ready.loader()][-1] == (1, 5), "489 = 122 batches of 4, and 1"
        assert ready.classes == ("wanted", "unwanted")
        assert ready.target.tolist() == [[float(label == "unwanted")] for label in data.labels[:4]]
        words = tokenizer()(data.texts[0])[:5]
        assert ready.decode(ready.x[0]).split()[: len(words)] == words
        assert ready.collision is None
        without = prepare_text(TextRecipe(reserved=False, empty="drop"), data.texts, data.labels)
        assert without.collision is not None
        assert without.collision.word == "the"
        assert "Index 0 stands for 'the' in" in without.collision.sentence

    @pytest.mark.parametrize("seed", range(40))
    def test_every_number_can_be_traced_back(self, seed: int) -> None:
        rng = random.Random(seed)
        texts = [" ".join(rng.choices(WORDS, k=rng.randint(0, 8))) for _ in range(rng.randint(14, 30))]
        labels = [rng.choice(["x", "y"]) for _ in texts]
        labels[:2], texts[:2] = ["x", "y"], ["tea now", "win the car tea"]
        reserved = rng.random() < 0.6
        recipe = TextRecipe(
            length=rng.randint(1, 6),
            pad_to=rng.choice(["length", "longest", "batch"]),
            side=rng.choice(["right", "left"]),
            cut=rng.choice(["end", "start"]),
            one_letter=rng.random() < 0.5,
            min_count=rng.randint(1, 2),
            most=rng.choice([0, 3]),
            reserved=reserved,
            empty=rng.choice(["drop", "keep", "unknown"] if reserved else ["drop", "keep"]),
            validation=rng.choice([0, 0.2, 3]),
            test=rng.choice([0, 0.3, 4]),
            task=rng.choice(["binary", "classification"]),
            with_lengths=True,
            shuffle=rng.random() < 0.5,
            batch_size=rng.randint(1, 5),
            encoding=rng.choice(["indices", "one-hot"]),
            seed=seed,
        )
        try:
            ready = prepare_text(recipe, texts, labels)
        except TextRecipeError as refused:
            if refused.field not in ("empty", "min_count"):
                raise
            return
        check_origins(ready)
        check_loaders(ready)
        for name, part in ready.parts.items():
            assert part.lengths.tolist() == part.mask.sum(1).tolist()
            assert set(part.messages.tolist()) <= set(part.items)
            assert sorted(part.messages.tolist()) == part.messages.tolist()
            found = [ready.classes[int(value)] for value in part.target.flatten()]
            assert found == [labels[message] for message in part.messages], name
            if recipe.empty != "keep":
                assert int(part.lengths.min()) >= 1
        assert sum(len(part.items) for part in ready.parts.values()) == len(texts)

    @pytest.mark.parametrize("side", ["right", "left"])
    def test_a_batch_padded_to_its_own_longest(self, side: Any) -> None:
        data = messages()
        recipe = TextRecipe(pad_to="batch", side=side, with_lengths=True, batch_size=8)
        ready = prepare_text(recipe, data.texts, data.labels)
        widths = set()
        for x, _, lengths in ready.loader():
            assert x.shape[1] == int(lengths.max())
            assert torch.equal((x != 0).sum(1), lengths), "no word was trimmed"
            widths.add(x.shape[1])
        assert len(widths) > 5
        x, _, lengths = ready.batch(0)
        if side == "right":
            assert packing(x, lengths).sizes["N"] == int(lengths.sum())

    def test_validation_and_test_do_not_reach_the_vocabulary(self) -> None:
        texts = ["tea now", "win car", "tea win", "soup night", "free soup"]
        ready = prepare_text(TextRecipe(validation=1, test=1, batch_size=2), texts, list("xyxyx"))
        assert set(ready.vocabulary.entries[2:]) == {"tea", "now", "win", "car"}
        assert ready.parts["test"].x.tolist() == [[1, 1, 0, 0, 0]]
        assert ready.notes == (
            "2 messages (the first is number 4) have only unknown words: x holds nothing but 1 there.",
        )

    def test_messages_without_words(self) -> None:
        texts, labels = ["a", "tea now", "!", "win"], ["x", "y", "x", "y"]
        stands_in = prepare_text(TextRecipe(test=0), texts, labels)
        assert stands_in.parts["train"].x[:, 0].tolist()[::2] == [1, 1]
        assert stands_in.parts["train"].lengths.tolist() == [1, 2, 1, 1]
        assert (
            "2 messages (the first is number 1) have no word that the tokenizer keeps: one unknown word stands"
            in (stands_in.notes[1])
        )
        dropped = prepare_text(TextRecipe(test=0, empty="drop"), texts, labels)
        assert dropped.parts["train"].messages.tolist() == [1, 3]
        kept = prepare_text(TextRecipe(test=0, empty="keep", with_lengths=True), texts, labels)
        x, _, lengths = kept.batch()
        assert any("its length is 0, which pack_padded_sequence refuses" in note for note in kept.notes)
        with pytest.raises(TextError, match="torch says: Length of all samples has to be greater"):
            packing(x, lengths)

    def test_the_notes_count(self) -> None:
        ready = prepare_text(TextRecipe(length=2, min_count=2, test=0), ["I win tea tea", "a tea car win"], ["x", "y"])
        assert ready.notes == (
            "The vocabulary's limits leave out 1 different word of training: each counts as unknown (index 1).",
            "scikit-learn's tokenizer drops words of one letter, as I and a: 2 here.",
            "2 of 2 messages are longer and lose their end, 2 words in all.",
            "A batch of 4 is not full with 2 training samples: there is a single, smaller one.",
        )

    @pytest.mark.parametrize(
        ("texts", "labels", "options", "message"),
        [
            ([], [], {}, "texts: expected messages, got none. Bring a text with a message on each line."),
            (["a", "b"], [], {}, "labels: expected one for each of 2 messages, got 0. A word's message needs a label"),
            (["tea", "win"], ["x", "x"], {}, "expected 2 classes or more, got only 'x' in 2 messages. With one class"),
            (
                ["tea"] * 5,
                list("xxxxy"),
                {"test": 1},
                "to train on, got only 'x' in the first 4 messages. The messages",
            ),
            (
                ["a", "!"],
                ["x", "y"],
                {"test": 0},
                "texts: expected words, got none in 2 training messages. The tokenizer",
            ),
        ],
    )
    def test_texts_that_cannot_be_used(self, texts: Any, labels: Any, options: Any, message: str) -> None:
        with pytest.raises(TextError, match=re.escape(message)):
            prepare_text(TextRecipe(**options), texts, labels)

    @pytest.mark.parametrize(
        ("options", "field", "message"),
        [
            ({"test": 4}, "test", "expected fewer than 4 messages for validation and test together, got 4. Nothing is"),
            (
                {"test": 0, "min_count": 9},
                "min_count",
                "expected at most 2, got 9. The most frequent word, 'tea', is the",
            ),
            (
                {"drop_last": True, "batch_size": 9, "test": 0},
                "batch_size",
                "at most 4 with drop_last=True and 4 trainin",
            ),
            (
                {"length": 2_000_000, "test": 0},
                "length",
                "expected at most 1,250,000 steps for each of 4 messages, got",
            ),
        ],
    )
    def test_recipes_that_do_not_fit(self, options: Any, field: str, message: str) -> None:
        with pytest.raises(TextRecipeError, match=re.escape(message)) as raised:
            prepare_text(TextRecipe(**options), ["tea now", "win tea", "car night", "soup"], list("xyxy"))
        assert raised.value.field == field

    def test_three_labels_are_no_yes_or_no(self) -> None:
        texts, labels = ["tea", "win", "car"], ["x", "y", "z"]
        with pytest.raises(TextRecipeError, match="There are 3 labels, 'x', 'y' and 'z': choose task=classification"):
            prepare_text(TextRecipe(test=0), texts, labels)
        ready = prepare_text(TextRecipe(test=0, task="classification"), texts, labels)
        assert ready.target.tolist() == [0, 1, 2]
        assert ready.outputs == 3

    def test_a_label_that_training_never_sees_is_said(self) -> None:
        recipe = TextRecipe(test=1, task="classification")
        assert "Not in any training message: 'z'." in " ".join(prepare_text(recipe, ["tea"] * 3, list("xyz")).notes)

    def test_one_hot_words_of_a_large_vocabulary_are_refused(self) -> None:
        texts = [" ".join(f"w{word}" for word in range(start, start + 400)) for start in range(0, 4_000, 400)]
        recipe = TextRecipe(encoding="one-hot", length=400, batch_size=64, test=0)
        with pytest.raises(
            TextRecipeError, match="One-hot it would hold 102,451,200 numbers: an Embedding looks the same"
        ):
            prepare_text(recipe, texts, ["x", "y"] * 5)

    def test_real_messages_go_through(self) -> None:
        if not SMS.exists():
            pytest.skip(f"{SMS} is not here")
        import pandas as pd

        table = pd.read_csv(SMS)
        recipe = TextRecipe(pad_to="longest", most=2000, batch_size=64, with_lengths=True)
        ready = prepare_text(recipe, table["text"].tolist(), table["type"].tolist())
        assert len(ready.parts["train"]) == 4459
        assert ready.classes == ("ham", "spam")
        assert len(ready.vocabulary) == 2002
        x, _, lengths = ready.batch(-1)
        assert packing(x, lengths).sizes["N"] == int(lengths.sum())


def check_loaders(ready: PreparedText) -> None:
    """The loader's batches are those of ``batch`` and ``order``, in every epoch."""
    for name, part in ready.parts.items():
        loader = ready.loader(name)
        for epoch in range(2):
            batches = list(loader)
            order = ready.order(name, epoch)
            assert len(batches) == len(order)
            for number, batch in enumerate(batches):
                mine = ready.batch(number, name, epoch)
                assert len(mine) == len(batch)
                assert all(torch.equal(one, other) for one, other in zip(mine, batch, strict=True))
        assert sorted(int(at) for rows in ready.order(name) for at in rows) == list(range(len(part)))


class TestPrepareCharacters:
    def test_the_zen(self) -> None:
        text = zen().texts[0]
        recipe = TextRecipe(
            data="zen", unit="characters", length=20, many_to_many=True, encoding="one-hot", batch_size=8
        )
        ready = prepare_text(recipe, zen().texts)
        assert ready.x.shape == (8, 20, 45)
        assert ready.x.dtype == torch.float32
        assert ready.target.shape == (8, 20)
        assert ready.target.dtype == torch.int64
        assert ready.decode(ready.x[0]) == text[:20]
        assert ready.decode(ready.target[0]) == text[1:21]
        assert ready.sizes == {"B": 8, "T": 20, "F": 45, "O": 45}

    @pytest.mark.parametrize("seed", range(25))
    def test_every_number_can_be_traced_back(self, seed: int) -> None:
        rng = random.Random(seed)
        texts = ["".join(rng.choices("abc \n", k=rng.randint(20, 60))) + "ab" for _ in range(rng.randint(1, 2))]
        recipe = TextRecipe(
            unit="characters",
            data="text",
            length=rng.randint(1, 6),
            stride=rng.randint(1, 4),
            many_to_many=rng.random() < 0.5,
            encoding=rng.choice(["indices", "one-hot"]),
            validation=rng.choice([0, 0.35]),
            test=rng.choice([0, 0.35]),
            shuffle=rng.random() < 0.5,
            batch_size=rng.randint(1, 9),
            with_lengths=rng.random() < 0.3,
            seed=seed,
        )
        ready = prepare_text(recipe, texts)
        text = "\n".join(texts)
        check_origins(ready)
        check_loaders(ready)
        for part in ready.parts.values():
            own, T = text[part.items.start : part.items.stop], recipe.length  # noqa: N806
            starts = range(0, len(own) - T, recipe.stride)
            assert [ready.decode(row) for row in part.x] == [own[start : start + T] for start in starts]
            after = 1 if recipe.many_to_many else T
            expected = [own[start + after : start + T + 1] for start in starts]
            rows = part.target if recipe.many_to_many else part.target[:, None]
            assert [ready.decode(row) for row in rows] == expected

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "text: expected at least 2 different characters, got an empty text. With one there is nothing to pre"),
            ("x", "got 'x' alone. With one there is nothing"),
            ("\n\n", "got line end alone"),
        ],
    )
    def test_a_text_of_one_character(self, text: str, message: str) -> None:
        with pytest.raises(TextError, match=re.escape(message)):
            prepare_text(TextRecipe(unit="characters"), [text])

    def test_a_window_longer_than_the_text(self) -> None:
        message = "length: expected at most 8 with a text of 9 characters, got 9. A window needs one character after it"
        with pytest.raises(TextRecipeError, match=message):
            prepare_text(TextRecipe(unit="characters", length=9, test=0), ["tea, soup"])
        message = "test: expected a test part of more than 5 characters, a window and what follows it, got 2."
        with pytest.raises(TextRecipeError, match=message):
            prepare_text(TextRecipe(unit="characters", length=5, test=2), ["tea, soup"])

    def test_no_text_at_all(self) -> None:
        with pytest.raises(TextError, match="got an empty text"):
            prepare_text(TextRecipe(unit="characters"), [])


class TestSteps:
    @pytest.mark.parametrize("unit", ["words", "characters"])
    def test_the_way_is_told_step_by_step(self, unit: Any) -> None:
        data = messages() if unit == "words" else zen()
        recipe = TextRecipe(unit=unit, data="messages" if unit == "words" else "zen", validation=0.2)
        ready = prepare_text(recipe, data.texts, data.labels)
        stages = list(dict.fromkeys(step.stage for step in ready.steps))
        first = ["texts", "tokens", "split", "vocabulary", "indices", "padded"]
        characters = ["texts", "vocabulary", "indices", "split", "windows"]
        assert stages == [*(first if unit == "words" else characters), "loader", "batches"]
        for step in ready.steps:
            assert len(step.axes) == len(step.shape)
            assert step.sentence.endswith((".", "…", "takes them."))
            assert step.expression
            assert step.code
            if step.values is not None and step.dtype:
                assert step.values.shape[1:] == step.shape[1:]
        by_name = {step.name: step for step in ready.steps}
        assert by_name["x"].shape == tuple(ready.x.shape)
        assert by_name["target"].shape == tuple(ready.target.shape)
        assert by_name["train_loader"].arithmetic.startswith(f"{len(ready.parts['train']):,} = ")
        assert "fewer than the others" in by_name["last x"].sentence

    def test_shapes_are_those_of_the_parts(self) -> None:
        ready = prepare_text(TextRecipe(validation=0.1), messages().texts, messages().labels)
        by_name = {step.name: step for step in ready.steps}
        for name, part in ready.parts.items():
            assert by_name[f"x_{name}"].shape == tuple(part.x.shape)
            assert by_name[f"mask_{name}"].shape == tuple(part.mask.shape)
            assert by_name[f"y_{name}"].shape == tuple(part.target.shape)
            assert by_name[f"lengths_{name}"].shape == (len(part),)


class TestRecipe:
    def test_links_come_back(self) -> None:
        rng = random.Random(0)
        choices: dict[str, list[Any]] = {
            "data": ["messages", "zen", "text"],
            "unit": ["words", "characters"],
            "length": [5, 12],
            "encoding": ["indices", "one-hot"],
            "validation": [0, 0.25, 12],
            "test": [0.2, 0.0, 7],
            "reserved": [True],
            "pad_to": ["length", "longest", "batch"],
            "side": ["right", "left"],
            "cut": ["end", "start"],
            "empty": ["unknown", "drop", "keep"],
            "task": ["binary", "classification"],
            "shuffle": [True, False],
            "many_to_many": [True, False],
            "most": [0, 500],
            "seed": [0, 9],
        }
        for _ in range(100):
            recipe = TextRecipe(**{name: rng.choice(values) for name, values in choices.items()})
            assert TextRecipe.from_query(recipe.to_query()) == (recipe, ())
        assert TextRecipe().to_query() == {}

    def test_its_names_in_a_link_are_its_own(self) -> None:
        assert set(TEXT_QUERY_NAMES) == set(TextRecipe.__dataclass_fields__)
        assert len(set(TEXT_QUERY_NAMES.values())) == len(TEXT_QUERY_NAMES)
        assert not set(TEXT_QUERY_NAMES.values()) & {*QUERY_NAMES.values(), *SPEC_NAMES.values()}
        assert all(short.startswith("w") for short in TEXT_QUERY_NAMES.values())

    def test_what_a_link_has_wrong_is_left_out(self) -> None:
        recipe, problems = TextRecipe.from_query({"wT": "x", "wB": "8", "wto": "no", "zz": "1", "T": "4"}, ignore=["T"])
        assert recipe == TextRecipe(batch_size=8)
        assert len(problems) == 3
        assert "The link has an entry 'zz' that is not known here." in problems
        assert any("wT=x was left out: length: expected a whole number" in problem for problem in problems)
        recipe, problems = TextRecipe.from_query({"wres": "0"})
        assert recipe == TextRecipe()
        assert "empty: expected drop or keep with reserved=False, got 'unknown'" in problems[0]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"length": 0}, "length: expected a whole number from 1 to 10,000,000, got 0."),
            ({"side": "top"}, "side: expected one of right, left, got 'top'."),
            ({"shuffle": 1}, "shuffle: expected True or False, got 1."),
            (
                {"test": 1.5},
                "test: expected a number such as 12, or a fraction from 0 to below 1 such as 0.2, got 1.5.",
            ),
            ({"validation": 0.6, "test": 0.5}, "test: expected less than 0.4 with validation=0.6, got 0.5. Nothing is"),
        ],
    )
    def test_values_that_no_recipe_can_have(self, options: Any, message: str) -> None:
        with pytest.raises(TextRecipeError, match=re.escape(message)):
            TextRecipe(**options)


class TestSpec:
    @pytest.mark.parametrize("many_to_many", [True, False])
    @pytest.mark.parametrize("encoding", ["indices", "one-hot"])
    def test_the_network_that_fits_characters(self, encoding: Any, many_to_many: bool) -> None:
        recipe = TextRecipe(unit="characters", encoding=encoding, many_to_many=many_to_many, data="zen")
        ready = prepare_text(recipe, zen().texts)
        forward = run_forward(ready.spec(NetworkSpec()))
        assert forward.trace["x"].shape == tuple(ready.x.shape)
        assert forward.trace["target"].shape == tuple(ready.target.shape)

    @pytest.mark.parametrize("task", ["binary", "classification"])
    def test_the_network_that_fits_messages(self, task: Any) -> None:
        ready = prepare_text(TextRecipe(task=task), messages().texts, messages().labels)
        spec = ready.spec(NetworkSpec(hidden_size=3, embedding_size=10, head="every_step"))
        assert (spec.vocabulary_size, spec.embedding_size, spec.sequence_length) == (len(ready.vocabulary), 10, 5)
        forward = run_forward(spec)
        assert forward.trace["x"].shape == (4, 5)
        assert forward.trace["target"].shape == tuple(ready.target.shape)


class TestReading:
    def test_a_text_file(self) -> None:
        found = read_text("zen.txt", b"\xef\xbb\xbfone\r\ntwo\rthree")
        assert found.texts == ("one\ntwo\nthree",)
        assert found.source == "zen.txt, a text of 13 characters that you brought."
        assert read_text("a.txt", "größe".encode("cp1252")).texts == ("größe",)
        with pytest.raises(TextError, match="holds no text: expected one of at least two different characters"):
            read_text("a.txt", " \n")
        with pytest.raises(TextError, match=r"'a.png' is a PNG picture.*: save it as plain text, UTF-8"):
            read_text("a.png", b"\x89PNG\x00\x01")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    def test_the_code_reads_the_same(self, tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
        content = "größe\r\nzwei\n".encode(encoding)
        (tmp_path / "a.txt").write_bytes(content)
        monkeypatch.chdir(tmp_path)
        names: dict[str, Any] = {}
        exec(read_text_code("a.txt", content), names)
        assert names["text"] == read_text("a.txt", content).texts[0]

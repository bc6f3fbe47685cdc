/**
 * The programs that train a shape, each with its variants: {option, peer, file, variants, precision}. A bf16 shape
 * meets PyTorch in bf16 and in fp32.
 */
export function trainingPeers({ precision, isTfjsShort = false }, { options: { peers, isFull }, python }) {
  const isBf16 = precision === "bf16";
  const pytorch = { option: "pytorch", file: "train_pytorch.py", variants: ["one-hot", "embedding"] };
  const all = [
    { ...pytorch, peer: isBf16 ? "PyTorch bf16" : "PyTorch", precision, when: true },
    { ...pytorch, peer: "PyTorch fp32", precision: "fp32", when: isBf16 },
    { option: "keras", peer: "Keras", file: "train_keras.py", variants: ["graph"], precision, when: !isBf16 },
    { option: "keras", peer: "Keras", file: "train_keras.py", variants: ["jit"], precision, when: !isBf16 && isFull },
    {
      ...{ option: "tfjs", peer: "tfjs layers", file: "train-tfjs-layers.mjs", variants: [""], precision },
      when: !isBf16 && (isFull || isTfjsShort),
    },
  ];
  return all.filter(
    ({ option, file, when }) => when && peers.includes(option) && (python !== null || !file.endsWith(".py")),
  );
}

/** English enough to learn in seconds: short sentences drawn in a fixed order. */
export function sampleText(characters: number): string {
  const subjects = ["the cat", "a dog", "the old man", "my sister", "the sea", "an owl"];
  const verbs = ["sees", "hears", "follows", "remembers", "paints"];
  const objects = ["the moon", "a red boat", "the quiet house", "her song", "the long road", "a bird"];
  const pick = (words: string[], index: number, factor: number) =>
    words[(index * factor + (index >> 3)) % words.length];
  let text = "";
  for (let index = 0; text.length < characters; index++) {
    text += `${pick(subjects, index, 7)} ${pick(verbs, index, 3)} ${pick(objects, index, 5)}.\n`;
  }
  return text.slice(0, characters);
}

/** GPT-2's alphabet: a visible character for each byte; those that are visible in Latin-1 stand for themselves. */
const alphabet: readonly string[] = (() => {
  const visible = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
})();

const byteOf = new Map(alphabet.map((char, byte) => [char, byte]));
const utf8 = new TextEncoder();

/** The text's UTF-8 in that alphabet. */
export const encodeBytes = (text: string): string => {
  let encoded = "";
  for (const byte of utf8.encode(text)) encoded += alphabet[byte];
  return encoded;
};

export const bytesOf = (text: string): Uint8Array => utf8.encode(text);

/** The bytes that characters of that alphabet stand for; undefined where one is none of it. */
export const decodeBytes = (text: string): number[] | undefined => {
  const bytes: number[] = [];
  for (const char of text) {
    const byte = byteOf.get(char);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return bytes;
};

/** CRC-32 (IEEE 802.3) of an order as little-endian uint32, with which the goldens keep long orders short. */
export function crc32(order: ArrayLike<number>): number {
  let crc = -1;
  for (const byte of new Uint8Array(Uint32Array.from(order).buffer)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

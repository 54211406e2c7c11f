/** Says that a call does what it was told, but hardly what its author wants. */
export function warn(message: string): void {
  console.warn(`wavelet: ${message}`);
}
